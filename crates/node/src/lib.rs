//! Composition root: configuration, start-up, supervision, command line.
