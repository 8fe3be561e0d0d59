//! Work for miners outside this process, and what they find.

mod book;
mod error;
mod lease;
mod miners;
mod package;
mod reject;
mod service;

pub use book::WorkName;
pub use error::WorkError;
pub use lease::{ROWS_PER_LEASE, RowLease};
pub use miners::{MAX_MINERS, MinerReport, Miners};
pub use package::{TemplateId, WorkPackage};
pub use reject::SubmitReject;
pub use service::{Accepted, WORK_REFRESH_SECONDS, WorkService};
