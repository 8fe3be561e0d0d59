//! The command line of the runner.

use crate::{
    CaseResult, CaseSelection, Conclusion, Detail, DiscoveryError, Report, RunConfig,
    fixture_files, run,
};
use clap::Parser;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    num::NonZeroUsize,
    path::PathBuf,
    thread,
};
use thiserror::Error;

/// Runs Ethereum fixtures (BlockchainTests and StateTests) through the import of this node.
///
/// Prints what failed and what was skipped, each with its reason, and the totals. Exits with 0 if
/// everything that was run passed, with 1 if something failed, and with 2 if nothing was run.
#[derive(Debug, Clone, Parser)]
#[command(name = "hanzo-conformance")]
pub struct Cli {
    /// Fixture files, or directories that are searched for them.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only cases of this network, by the name the fixtures use; can be given several times.
    #[arg(long = "fork", value_name = "NAME")]
    pub forks: Vec<String>,
    /// Only cases with this text in the path of the file or in their name.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Cases run at a time [default: one for each core].
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Writes every result as a line of JSON to this file, and the totals as the last line.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Prints what passed too, and why blocks were refused.
    #[arg(long, short)]
    pub verbose: bool,
}

/// Why there are no results.
#[derive(Debug, Error)]
pub enum CliError {
    /// A path cannot be read.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The report cannot be written, or no thread be started.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Cli {
    /// Runs what the command line asks for and writes the report to `text`.
    ///
    /// # Errors
    /// [`CliError`].
    pub fn execute(self, text: &mut dyn Write) -> Result<Conclusion, CliError> {
        let files = fixture_files(&self.paths)?;
        let mut json = self.json.as_ref().map(File::create).transpose()?.map(BufWriter::new);
        let jobs = self.jobs.or_else(|| thread::available_parallelism().ok());
        let config = RunConfig {
            jobs: jobs.unwrap_or(NonZeroUsize::MIN),
            selection: CaseSelection { forks: self.forks, filter: self.filter },
        };
        let detail = if self.verbose { Detail::Everything } else { Detail::Problems };
        let json = json.as_mut().map(|json| json as &mut dyn Write);
        let mut report = Report::new(text, json, detail);
        let mut written = Ok(());
        let summary = run(&files, &config, &mut |result: &CaseResult| {
            if written.is_ok() {
                written = report.result(result);
            }
        })?;
        written?;
        report.finish(files.len(), &summary)?;
        Ok(summary.conclusion())
    }
}
