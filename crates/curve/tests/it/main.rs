//! The curve against published numbers and an independent oracle.

mod vectors;
