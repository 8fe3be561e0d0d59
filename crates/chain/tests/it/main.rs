//! The chain over a real store: import, durability, reorganisation, rejection.
#![expect(missing_docs, reason = "test binary")]

mod import;
mod reject;
mod restart;
