//! Serves what a process measures to Prometheus.
//!
//! Owns the registry that every part of a process records into, and the port where it is read. It
//! knows no metric but those of the process itself: names and meanings are in the crates that
//! measure.
//!
//! ```text
//!  counter!, gauge!, histogram! ─▶ Registry ─▶ Exporter ─▶ GET /metrics
//!                                               └─ Measure: what is measured when somebody asks
//! ```
//!
//! Invariants: one registry in a process; nothing that is read changes what is measured; connections,
//! their number and their time are bounded.

mod address;
mod error;
mod exporter;
mod registry;

pub use address::parse_metrics_address;
pub use error::ExporterError;
pub use exporter::{Exporter, ExporterHandle, Measure};
pub use registry::{Buckets, Names};
