//! The inspector of one transaction, within limits.

use crate::{
    TraceError, TraceLimits, Tracer,
    trace::{bounded_json::bounded_json, struct_logger::StructLogger, tracer::TracerKind},
};
use alloy_primitives::{Address, Log, U256};
use hanzo_state::StateError;
use revm::{
    DatabaseRef, Inspector,
    context::{BlockEnv, ContextError, TxEnv},
    context_interface::{ContextTr, result::ResultAndState},
    inspector::JournalExt,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter_types::LoopControl as _,
    },
};
use revm_inspectors::tracing::{DebugInspector, TransactionContext};

/// Instructions between two looks at the time: well below a millisecond.
const STEPS_PER_LOOK: u64 = 4_096;

/// JSON of a call, without its data.
const CALL_BYTES: usize = 256;

/// JSON of a log, without its data.
const LOG_BYTES: usize = 128;

/// Records one transaction and stops it when a limit is reached.
///
/// The log of instructions knows its length. For the other tracers the calls, which are what they
/// keep, are counted while they happen, so that no more is held than an answer could have; the
/// answer itself is measured when it is written.
pub(crate) struct TraceInspector<'a> {
    recorder: Recorder,
    limits: TraceLimits<'a>,
    /// Estimate of the JSON of the calls so far, in bytes.
    call_bytes: usize,
    steps: u64,
    depth: usize,
    stopped: Option<Stop>,
}

enum Recorder {
    Steps(StructLogger),
    Native(DebugInspector),
}

#[derive(Clone, Copy)]
enum Stop {
    TooLarge,
    TimeUp,
}

/// A transaction that has run under the inspector.
pub(crate) struct Recorded<'a> {
    /// Where it is, if it is in a block.
    pub(crate) position: Option<TransactionContext>,
    pub(crate) transaction: &'a TxEnv,
    pub(crate) block: &'a BlockEnv,
    pub(crate) result: &'a ResultAndState,
}

impl<'a> TraceInspector<'a> {
    /// # Errors
    /// [`TraceError::TimeUp`] if there is no time at all.
    pub(crate) fn new(tracer: &Tracer, limits: TraceLimits<'a>) -> Result<Self, TraceError> {
        if (limits.is_time_up)() {
            return Err(TraceError::TimeUp);
        }
        let recorder = match &tracer.0 {
            TracerKind::Steps(options) => Recorder::Steps(StructLogger::new(*options)),
            TracerKind::Native(inspector) => {
                Recorder::Native(inspector.try_clone().map_err(recorder_error)?)
            }
        };
        Ok(Self { recorder, limits, call_bytes: 0, steps: 0, depth: 0, stopped: None })
    }

    /// Why the transaction was stopped, if it was.
    ///
    /// # Errors
    /// [`TraceError::TooLarge`] or [`TraceError::TimeUp`].
    pub(crate) const fn check(&self) -> Result<(), TraceError> {
        match self.stopped {
            None => Ok(()),
            Some(Stop::TooLarge) => Err(TraceError::TooLarge { limit: self.limits.bytes }),
            Some(Stop::TimeUp) => Err(TraceError::TimeUp),
        }
    }

    /// The trace as JSON; `before` is the state before the transaction.
    pub(crate) fn finish<DB: DatabaseRef>(
        self,
        recorded: &Recorded<'_>,
        before: &mut DB,
    ) -> Result<String, TraceError> {
        let limit = self.limits.bytes;
        let Recorded { position, transaction, block, result } = *recorded;
        match self.recorder {
            Recorder::Steps(logger) => {
                let trace = logger.finish(&result.result);
                if trace.len() > limit {
                    return Err(TraceError::TooLarge { limit });
                }
                Ok(trace)
            }
            Recorder::Native(mut inspector) => {
                let trace = inspector
                    .get_result(position, transaction, block, result, before)
                    .map_err(recorder_error)?;
                bounded_json(&trace, limit)
            }
        }
    }

    fn count_call(&mut self, data_bytes: usize) {
        self.add(CALL_BYTES.saturating_add(data_bytes.saturating_mul(2)));
    }

    fn add(&mut self, bytes: usize) {
        self.call_bytes = self.call_bytes.saturating_add(bytes);
    }

    /// Stops the transaction if a limit is reached.
    fn enforce<CTX: ContextTr>(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        let bytes = match &self.recorder {
            Recorder::Steps(logger) => logger.bytes(),
            // Their answer does not grow with the calls.
            Recorder::Native(
                DebugInspector::FourByte(_)
                | DebugInspector::PreStateTracer(..)
                | DebugInspector::Noop(_)
                | DebugInspector::StateGasTracer(_),
            ) => 0,
            Recorder::Native(
                DebugInspector::CallTracer(..)
                | DebugInspector::Mux(..)
                | DebugInspector::FlatCallTracer(_)
                | DebugInspector::Erc7562Tracer(..)
                | DebugInspector::Default(..),
            ) => self.call_bytes,
        };
        if bytes > self.limits.bytes {
            self.stopped = Some(Stop::TooLarge);
        } else if self.steps.is_multiple_of(STEPS_PER_LOOK) && (self.limits.is_time_up)() {
            self.stopped = Some(Stop::TimeUp);
        }
        if self.stopped.is_none() {
            return;
        }
        if context.error().is_ok() {
            *context.error() = Err(ContextError::Custom("the trace was given up".to_owned()));
        }
        // Also what the instruction was about to start, such as a call.
        interpreter.bytecode.action().take();
        interpreter.bytecode.reset_action();
        interpreter.halt_fatal();
    }
}

fn recorder_error(error: impl std::fmt::Display) -> TraceError {
    StateError::storage(std::io::Error::other(error.to_string())).into()
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for TraceInspector<'_> {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if let Recorder::Native(inspector) = &mut self.recorder {
            inspector.initialize_interp(interpreter, context);
        }
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        match &mut self.recorder {
            Recorder::Steps(logger) => logger.start(interpreter, self.depth),
            Recorder::Native(inspector) => inspector.step(interpreter, context),
        }
        self.steps = self.steps.wrapping_add(1);
        self.enforce(interpreter, context);
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        match &mut self.recorder {
            Recorder::Steps(logger) => logger.end(interpreter),
            Recorder::Native(inspector) => inspector.step_end(interpreter, context),
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut CTX, log: Log) {
        self.add(LOG_BYTES.saturating_add(log.data.data.len().saturating_mul(2)));
        if let Recorder::Native(inspector) = &mut self.recorder {
            inspector.log_full(interpreter, context, log);
        }
    }

    fn log(&mut self, context: &mut CTX, log: Log) {
        if let Recorder::Native(inspector) = &mut self.recorder {
            inspector.log(context, log);
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.depth = self.depth.saturating_add(1);
        self.count_call(inputs.input.len());
        match &mut self.recorder {
            Recorder::Steps(_) => None,
            Recorder::Native(inspector) => inspector.call(context, inputs),
        }
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.depth = self.depth.saturating_sub(1);
        self.count_call(outcome.result.output.len());
        if let Recorder::Native(inspector) = &mut self.recorder {
            inspector.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.depth = self.depth.saturating_add(1);
        self.count_call(inputs.init_code().len());
        match &mut self.recorder {
            Recorder::Steps(_) => None,
            Recorder::Native(inspector) => inspector.create(context, inputs),
        }
    }

    fn create_end(
        &mut self,
        context: &mut CTX,
        inputs: &CreateInputs,
        outcome: &mut CreateOutcome,
    ) {
        self.depth = self.depth.saturating_sub(1);
        self.count_call(outcome.result.output.len());
        if let Recorder::Native(inspector) = &mut self.recorder {
            inspector.create_end(context, inputs, outcome);
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        if let Recorder::Native(inspector) = &mut self.recorder {
            Inspector::<CTX>::selfdestruct(inspector, contract, target, value);
        }
    }
}
