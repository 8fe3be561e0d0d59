//! Bounded lanes for what may block.

use crate::{
    RpcLimits,
    metrics::{LaneMetrics, Occupied},
    rpc_error::{Limit, RpcError},
};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

/// How much the threads that compute for clients step back: a thread at 0 gets nine times the
/// processor time of one at 10. Source: sched(7).
#[cfg(target_os = "linux")]
const BACKGROUND_NICENESS: i32 = 10;

/// What kind of work a request is. Each kind has its own slots, so that a flood of log queries or
/// calls never makes a receipt wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Reads a few records.
    Lookup,
    /// Runs the EVM.
    Execution,
    /// Reads many blocks.
    Scan,
}

/// Bounded lanes: look-ups on the blocking pool, executions and scans on threads that step back
/// before the threads that build and import blocks. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ExecutionSlots(Arc<Lanes>);

#[derive(Debug)]
struct Lanes {
    lookup: LaneSlots,
    execution: LaneSlots,
    scan: LaneSlots,
    queue_time: Duration,
    background: ThreadPool,
}

#[derive(Debug)]
struct LaneSlots {
    name: &'static str,
    running: Arc<Semaphore>,
    /// Places for those that wait and those that run.
    admitted: Arc<Semaphore>,
    queue: usize,
    time: Duration,
    metrics: LaneMetrics,
}

impl ExecutionSlots {
    /// # Errors
    /// If the system gives no threads.
    pub(crate) fn new(limits: &RpcLimits) -> Result<Self, ThreadPoolBuildError> {
        let lane = |name, slots: usize, time| LaneSlots {
            name,
            running: Arc::new(Semaphore::new(slots)),
            admitted: Arc::new(Semaphore::new(slots.saturating_add(limits.queued_requests))),
            queue: limits.queued_requests,
            time,
            metrics: LaneMetrics::register(name),
        };
        let threads = limits.concurrent_executions.saturating_add(limits.concurrent_scans);
        let background = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|_| "rpc".to_owned())
            .start_handler(|_| step_back())
            .build()?;
        Ok(Self(Arc::new(Lanes {
            lookup: lane("look-up", limits.concurrent_lookups, limits.lookup_time),
            execution: lane("execution", limits.concurrent_executions, limits.execution_time),
            // The scan asks its own deadline; this is the safety net behind it.
            scan: lane("scan", limits.concurrent_scans, limits.log_time.saturating_mul(2)),
            queue_time: limits.queue_time,
            background,
        })))
    }

    /// Runs `work` on a thread that may block once a slot of `lane` is free.
    ///
    /// # Errors
    /// [`RpcError::Limit`] if the queue is full, the wait too long, or the work too slow. Work
    /// that is too slow keeps its slot until it ends: what bounds it is its own gas or deadline.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let slots = self.lane(lane);
        let admitted = Arc::clone(&slots.admitted)
            .try_acquire_owned()
            .map_err(|_| Limit::Queue { lane: slots.name, limit: slots.queue })?;
        let waiting = Occupied::enter(&slots.metrics.waiting);
        let running = self.wait(slots).await?;
        drop(waiting);
        let occupied = Occupied::enter(&slots.metrics.running);
        let (answer, answered) = oneshot::channel();
        let task = move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            drop((running, admitted, occupied));
            // An error only says that nobody waits any more.
            let _ = answer.send(result);
        };
        match lane {
            Lane::Lookup => drop(tokio::task::spawn_blocking(task)),
            Lane::Execution | Lane::Scan => self.0.background.spawn(task),
        }
        match timeout(slots.time, answered).await {
            Ok(Ok(Ok(result))) => result,
            Ok(Ok(Err(_))) => Err(RpcError::internal("a request panicked")),
            Ok(Err(ended)) => Err(RpcError::internal(ended)),
            Err(_) => Err(Limit::ExecutionTime { limit: slots.time }.into()),
        }
    }

    async fn wait(&self, slots: &LaneSlots) -> Result<OwnedSemaphorePermit, RpcError> {
        let limit = self.0.queue_time;
        match timeout(limit, Arc::clone(&slots.running).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(closed)) => Err(RpcError::internal(closed)),
            Err(_) => Err(Limit::QueueTime { lane: slots.name, limit }.into()),
        }
    }

    fn lane(&self, lane: Lane) -> &LaneSlots {
        match lane {
            Lane::Lookup => &self.0.lookup,
            Lane::Execution => &self.0.execution,
            Lane::Scan => &self.0.scan,
        }
    }
}

/// Lowers the priority of the calling thread: of a thread alone on Linux, elsewhere of the whole
/// process, where it would be wrong.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, BACKGROUND_NICENESS) {
        tracing::warn!(target: "rpc", %error, "calls run at the priority of the chain");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    fn narrow() -> ExecutionSlots {
        ExecutionSlots::new(&RpcLimits {
            concurrent_scans: 1,
            queued_requests: 0,
            ..RpcLimits::default()
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_full_queue_is_an_error_and_other_lanes_go_on() {
        let slots = narrow();
        let (release, released) = sync_channel::<()>(1);
        let (start, started) = tokio::sync::oneshot::channel();
        let blocked = slots.run(Lane::Scan, move || {
            let _ = start.send(());
            let _ = released.recv();
            Ok(1)
        });
        let others = async {
            started.await.unwrap();
            let full = slots.run(Lane::Scan, || Ok(2)).await;
            let other = slots.run(Lane::Lookup, || Ok(3)).await;
            release.send(()).unwrap();
            (full, other)
        };
        let (blocked, (full, other)) = tokio::join!(blocked, others);
        assert_eq!(blocked.unwrap(), 1);
        assert_eq!(other.unwrap(), 3);
        assert!(matches!(full, Err(RpcError::Limit(Limit::Queue { lane: "scan", limit: 0 }))));
    }

    #[tokio::test]
    async fn a_slot_is_free_again_after_a_panic() {
        let slots = narrow();
        let panicked = slots.run::<u8>(Lane::Scan, || panic!("test")).await;
        assert!(matches!(panicked, Err(RpcError::Internal(_))));
        assert_eq!(slots.run(Lane::Scan, || Ok(4)).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn slow_work_is_answered_with_the_limit() {
        let slots = ExecutionSlots::new(&RpcLimits {
            execution_time: Duration::from_millis(1),
            ..RpcLimits::default()
        })
        .unwrap();
        let (release, released) = sync_channel::<()>(1);
        let slow = slots.run(Lane::Execution, move || Ok(released.recv().is_ok())).await;
        release.send(()).unwrap();
        assert!(matches!(slow, Err(RpcError::Limit(Limit::ExecutionTime { .. }))));
    }
}
