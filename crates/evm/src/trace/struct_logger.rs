//! A log of every instruction.

use crate::call::halt_message;
use alloy_primitives::{Address, Bytes, U256, hex, map::HashMap};
use alloy_rpc_types_trace::geth::GethDefaultTracingOptions;
use revm::{
    bytecode::opcode::{OpCode, SLOAD, SSTORE},
    context_interface::result::{ExecutionResult, HaltReason},
    interpreter::{
        Interpreter, SuccessOrHalt,
        interpreter_types::{Jumps as _, LoopControl as _, ReturnData as _},
    },
};
use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

/// Bytes of a word of memory.
const WORD: usize = 32;

/// Writes every instruction as JSON while it runs, so that memory never holds more than the answer
/// and its length is known at every moment.
///
/// Fields and their order are those of geth's `structLogs`; storage and memory have the prefix
/// `0x`, as in execution-apis. As in geth, `limit` is a number of bytes of output.
#[derive(Debug)]
pub(crate) struct StructLogger {
    options: GethDefaultTracingOptions,
    /// The entries so far, separated by commas.
    entries: String,
    /// Fields of the instruction that runs now which only exist before it has run.
    before: String,
    running: Option<Running>,
    /// What each contract has read and written.
    storage: HashMap<Address, BTreeMap<U256, U256>>,
    /// Refund counter of every frame that is open; revm counts each frame for itself.
    refunds: Vec<i64>,
}

/// The instruction that runs now.
#[derive(Debug)]
struct Running {
    pc: usize,
    op: u8,
    gas: u64,
    depth: usize,
    refund: i64,
    access: Option<StorageAccess>,
}

#[derive(Debug)]
enum StorageAccess {
    Load { slot: U256 },
    Store { slot: U256, value: U256 },
}

impl StructLogger {
    pub(crate) fn new(options: GethDefaultTracingOptions) -> Self {
        Self {
            options,
            entries: String::new(),
            before: String::new(),
            running: None,
            storage: HashMap::default(),
            refunds: Vec::new(),
        }
    }

    /// Length of what is written, in bytes.
    pub(crate) const fn bytes(&self) -> usize {
        self.entries.len().saturating_add(self.before.len())
    }

    /// Takes down what the next instruction, in a frame of `depth`, finds.
    pub(crate) fn start(&mut self, interpreter: &Interpreter, depth: usize) {
        self.refunds.resize(depth.saturating_sub(1), 0);
        self.refunds.push(interpreter.gas.refunded());
        self.running = None;
        let limit = self.options.limit.and_then(|limit| usize::try_from(limit).ok());
        if limit.is_some_and(|limit| limit > 0 && self.entries.len() > limit) {
            return;
        }
        let stack = interpreter.stack.data();
        let op = interpreter.bytecode.opcode();
        self.running = Some(Running {
            pc: interpreter.bytecode.pc(),
            op,
            gas: interpreter.gas.remaining(),
            depth,
            refund: self.refunds.iter().sum(),
            access: self.access(op, stack),
        });
        self.before.clear();
        if !self.options.disable_stack.unwrap_or_default() {
            list(&mut self.before, "stack", stack.iter(), |out, value| {
                put(out, format_args!("{value:#x}"));
            });
        }
        let returned = interpreter.return_data.buffer();
        if self.options.is_return_data_enabled() && !returned.is_empty() {
            put(&mut self.before, format_args!(",\"returnData\":\"{returned}\""));
        }
        let memory = interpreter.memory.context_memory();
        if self.options.is_memory_enabled() && !memory.is_empty() {
            list(&mut self.before, "memory", memory.chunks(WORD), |out, word| {
                out.push_str(&hex::encode_prefixed(word));
            });
        }
    }

    fn access(&self, op: u8, stack: &[U256]) -> Option<StorageAccess> {
        if self.options.disable_storage.unwrap_or_default() {
            return None;
        }
        match (op, stack) {
            (SLOAD, [.., slot]) => Some(StorageAccess::Load { slot: *slot }),
            (SSTORE, [.., value, slot]) => {
                Some(StorageAccess::Store { slot: *slot, value: *value })
            }
            _ => None,
        }
    }

    /// Writes down the instruction that has just run.
    pub(crate) fn end(&mut self, interpreter: &mut Interpreter) {
        let Some(running) = self.running.take() else { return };
        let failure = interpreter.bytecode.instruction_result().and_then(failure);
        let cost = running.gas.saturating_sub(interpreter.gas.remaining());
        let out = &mut self.entries;
        if !out.is_empty() {
            out.push(',');
        }
        let Running { pc, op, gas, depth, refund, access } = running;
        put(out, format_args!("{{\"pc\":{pc},\"op\":\"{}\",\"gas\":{gas}", Mnemonic(op)));
        put(out, format_args!(",\"gasCost\":{cost},\"depth\":{depth}"));
        if let Some(reason) = &failure {
            put(out, format_args!(",\"error\":{reason:?}"));
        }
        out.push_str(&self.before);
        self.before.clear();
        if let Some((slot, value)) = accessed(access, interpreter, failure.is_some()) {
            let slots = self.storage.entry(interpreter.input.target_address).or_default();
            slots.insert(slot, value);
            put_storage(out, slots);
        }
        if refund > 0 {
            put(out, format_args!(",\"refund\":{refund}"));
        }
        out.push('}');
    }

    /// The trace of a transaction that ended with `result`.
    pub(crate) fn finish(self, result: &ExecutionResult) -> String {
        let (gas, failed) = (result.tx_gas_used(), !result.is_success());
        let empty = Bytes::new();
        let output = result.output().unwrap_or(&empty);
        let mut head = String::new();
        put(&mut head, format_args!("{{\"gas\":{gas},\"failed\":{failed}"));
        put(&mut head, format_args!(",\"returnValue\":\"{output}\",\"structLogs\":["));
        // Moved within its own memory: the entries may be all that fits.
        let mut trace = self.entries;
        trace.insert_str(0, &head);
        trace.push_str("]}");
        trace
    }
}

/// Slot and value that an instruction has read or written. What a failed SLOAD would have read is
/// not known.
fn accessed(
    access: Option<StorageAccess>,
    interpreter: &Interpreter,
    failed: bool,
) -> Option<(U256, U256)> {
    match access? {
        StorageAccess::Store { slot, value } => Some((slot, value)),
        StorageAccess::Load { .. } if failed => None,
        StorageAccess::Load { slot } => interpreter.stack.data().last().map(|value| (slot, *value)),
    }
}

fn failure(result: revm::interpreter::InstructionResult) -> Option<String> {
    match SuccessOrHalt::<HaltReason>::from(result) {
        SuccessOrHalt::Halt(reason) => Some(halt_message(&reason)),
        SuccessOrHalt::Success(_)
        | SuccessOrHalt::Revert
        | SuccessOrHalt::FatalExternalError
        | SuccessOrHalt::Internal(_) => None,
    }
}

fn put(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

fn list<T>(
    out: &mut String,
    name: &str,
    values: impl Iterator<Item = T>,
    put_value: impl Fn(&mut String, T),
) {
    put(out, format_args!(",\"{name}\":["));
    for (index, value) in values.enumerate() {
        out.push_str(if index == 0 { "\"" } else { ",\"" });
        put_value(out, value);
        out.push('"');
    }
    out.push(']');
}

fn put_storage(out: &mut String, slots: &BTreeMap<U256, U256>) {
    out.push_str(",\"storage\":{");
    for (index, (slot, value)) in slots.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        put(out, format_args!("{comma}\"{slot:#066x}\":\"{value:#066x}\""));
    }
    out.push('}');
}

/// The name of an instruction as geth writes it.
struct Mnemonic(u8);

impl fmt::Display for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match OpCode::new(self.0) {
            Some(op) => f.write_str(op.as_str()),
            None => write!(f, "opcode {:#x} not defined", self.0),
        }
    }
}
