//! JSON-RPC over a Unix socket.

mod connection;
mod json_frames;
mod listener;
mod session;

pub(crate) use listener::{IpcListener, IpcServices};
