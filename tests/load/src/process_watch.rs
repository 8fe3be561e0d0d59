//! Memory and processor time of the node, from /proc.

use anyhow::Context as _;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// How often memory is read. Less than a block.
const INTERVAL: Duration = Duration::from_millis(100);

/// Linux counts processor time for programs in hundredths of a second.
const MILLISECONDS_PER_TICK: u64 = 10;

/// A process that is watched.
#[derive(Debug)]
pub(crate) struct ProcessWatch {
    directory: PathBuf,
    threads_before: CpuTimes,
    before: Duration,
}

/// Processor time by name of thread.
pub(crate) type CpuTimes = BTreeMap<String, Duration>;

/// What a process took.
#[derive(Debug, Clone)]
pub(crate) struct ProcessUse {
    pub(crate) least_resident_kib: u64,
    pub(crate) most_resident_kib: u64,
    /// Since the watch began.
    pub(crate) cpu: Duration,
    /// The same by name of thread; threads that ended meanwhile are missing.
    pub(crate) threads: CpuTimes,
}

impl ProcessWatch {
    /// Watches the process with this id.
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        Self::at(PathBuf::from(format!("/proc/{pid}")))
    }

    /// Watches this process.
    pub(crate) fn own() -> anyhow::Result<Self> {
        Self::at(PathBuf::from("/proc/self"))
    }

    fn at(directory: PathBuf) -> anyhow::Result<Self> {
        let (threads_before, before) = (thread_times(&directory)?, cpu_time(&directory)?);
        Ok(Self { directory, threads_before, before })
    }

    /// Reads memory until `done`.
    pub(crate) fn run(&self, done: &AtomicBool) -> anyhow::Result<ProcessUse> {
        let first = resident_kib(&self.directory)?;
        let (mut least, mut most) = (first, first);
        while !done.load(Ordering::Acquire) {
            thread::sleep(INTERVAL);
            let resident = resident_kib(&self.directory)?;
            (least, most) = (least.min(resident), most.max(resident));
        }
        let mut threads = thread_times(&self.directory)?;
        for (name, time) in &mut threads {
            let before = self.threads_before.get(name).copied().unwrap_or_default();
            *time = time.saturating_sub(before);
        }
        Ok(ProcessUse {
            least_resident_kib: least,
            most_resident_kib: most,
            cpu: self.cpu()?,
            threads,
        })
    }

    /// Processor time since the watch began, of threads that have ended too.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        Ok(cpu_time(&self.directory)?.saturating_sub(self.before))
    }
}

/// Resident memory of a process, in KiB.
pub(crate) fn resident_kib_of(pid: u32) -> anyhow::Result<u64> {
    resident_kib(Path::new(&format!("/proc/{pid}")))
}

fn resident_kib(directory: &Path) -> anyhow::Result<u64> {
    let path = directory.join("status");
    let status = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kib.with_context(|| format!("no VmRSS in {}", path.display()))
}

/// Processor time of all threads that are or were. Source: proc(5), fields utime and stime.
fn cpu_time(directory: &Path) -> anyhow::Result<Duration> {
    let path = directory.join("stat");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    // The name, in parentheses, may contain anything.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields);
    let ticks = fields.and_then(|fields| {
        let mut fields = fields.split_whitespace().skip(11);
        let (user, system) = (fields.next()?, fields.next()?);
        user.parse::<u64>().ok()?.checked_add(system.parse().ok()?)
    });
    let ticks = ticks.with_context(|| format!("no times in {}", path.display()))?;
    Ok(Duration::from_millis(ticks.saturating_mul(MILLISECONDS_PER_TICK)))
}

fn thread_times(directory: &Path) -> anyhow::Result<CpuTimes> {
    let tasks = directory.join("task");
    let mut times = CpuTimes::new();
    for task in fs::read_dir(&tasks).with_context(|| tasks.display().to_string())? {
        let task = task?.path();
        // A thread may end between listing and reading.
        let (Ok(name), Ok(schedule)) =
            (fs::read_to_string(task.join("comm")), fs::read_to_string(task.join("schedstat")))
        else {
            continue;
        };
        let nanoseconds = schedule.split(' ').next().and_then(|first| first.parse().ok());
        let time = times.entry(name.trim().to_owned()).or_default();
        *time = time.saturating_add(Duration::from_nanos(nanoseconds.unwrap_or_default()));
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_threads() {
        let watch = ProcessWatch::own().unwrap();
        let found = watch.run(&AtomicBool::new(true)).unwrap();
        assert!(found.least_resident_kib > 0);
        assert!(found.most_resident_kib >= found.least_resident_kib);
        assert!(!found.threads.is_empty());
    }

    #[test]
    fn a_process_that_is_not_there_is_named() {
        let error = ProcessWatch::of(u32::MAX).unwrap_err();
        assert!(format!("{error:#}").contains(&u32::MAX.to_string()));
    }
}
