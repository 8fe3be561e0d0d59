//! Writes results as they come.

use crate::{CaseOutcome, CaseResult, Summary};
use std::io::{self, Write};

/// Which results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What failed or was skipped.
    #[default]
    Problems,
    /// Every case, and what was refused as it should be.
    Everything,
}

/// Writes results for people, and for programs if wanted.
pub struct Report<'a> {
    text: &'a mut dyn Write,
    /// One JSON object a line: the results in order, then the totals.
    json: Option<&'a mut dyn Write>,
    detail: Detail,
}

impl std::fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("detail", &self.detail).finish_non_exhaustive()
    }
}

impl<'a> Report<'a> {
    /// A report that writes text to `text` and, if given, JSON lines to `json`.
    pub fn new(text: &'a mut dyn Write, json: Option<&'a mut dyn Write>, detail: Detail) -> Self {
        Self { text, json, detail }
    }

    /// Writes a result.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn result(&mut self, result: &CaseResult) -> io::Result<()> {
        if let Some(json) = &mut self.json {
            serde_json::to_writer(&mut *json, result)?;
            json.write_all(b"\n")?;
        }
        if result.outcome == CaseOutcome::Passed && self.detail == Detail::Problems {
            return Ok(());
        }
        writeln!(self.text, "{result}")?;
        if self.detail == Detail::Everything {
            for refusal in &result.refusals {
                let (what, expected, found) = (&refusal.what, &refusal.expected, &refusal.found);
                writeln!(self.text, "      {what} refused for {expected}: {found}")?;
            }
        }
        Ok(())
    }

    /// Writes the totals.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn finish(self, files: usize, summary: &Summary) -> io::Result<()> {
        if let Some(json) = self.json {
            serde_json::to_writer(&mut *json, summary)?;
            json.write_all(b"\n")?;
            json.flush()?;
        }
        let noun = if files == 1 { "file" } else { "files" };
        writeln!(self.text, "{files} {noun}: {summary}")?;
        self.text.flush()
    }
}
