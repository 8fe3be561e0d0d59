//! What a command prints.

use crate::NodeError;
use std::io::{self, ErrorKind, Write};

/// Prints the report of a command and a line break to standard output.
///
/// # Errors
/// [`NodeError::Output`] if it cannot be written.
pub(super) fn print(report: &str) -> Result<(), NodeError> {
    write_to(io::stdout().lock(), report)
}

/// A reader that has gone away has seen what it wanted, so that a closed pipe is no error.
fn write_to(mut out: impl Write, report: &str) -> Result<(), NodeError> {
    match writeln!(out, "{report}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(NodeError::Output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where nothing can be written.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_report_ends_with_a_line_break() {
        let mut out = Vec::new();
        write_to(&mut out, "one\ntwo").unwrap();
        assert_eq!(out, b"one\ntwo\n");
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_everything_else_says_what_was_written() {
        write_to(Closed(ErrorKind::BrokenPipe), "report").unwrap();
        let error = write_to(Closed(ErrorKind::StorageFull), "report").unwrap_err().to_string();
        assert!(error.starts_with("writing the report to standard output: "), "{error}");
    }
}
