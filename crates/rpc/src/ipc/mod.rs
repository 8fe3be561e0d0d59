//! JSON-RPC over a Unix socket.

mod connection;
mod json_frames;
mod listener;
mod local_session;
mod session;

pub use json_frames::{JsonFrames, RequestTooLong};
pub(crate) use listener::{IpcListener, IpcServices};
pub use local_session::LocalSession;
