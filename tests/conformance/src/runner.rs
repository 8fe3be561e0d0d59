//! Runs the cases of many files on several threads and reports them in order.

use crate::{
    CaseOutcome, CaseResult, CaseSelection, FixtureFile, FixtureFileError, Mismatch, Summary,
    case_run::Case,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

/// Cases that wait for each thread: enough that none is idle while the next file is read, and few
/// enough that the text of a large suite is never in memory as a whole.
const WAITING_CASES_PER_JOB: usize = 4;

/// The deepest recursion is that of calls inside the EVM's precompiles and of RLP; the default of
/// a thread, 2 MiB, is not enough in a build without optimisation.
const STACK_BYTES: usize = 16 << 20;

/// How to run.
#[derive(Debug, Clone)]
pub struct RunConfig {
    /// Cases run at a time.
    pub jobs: NonZeroUsize,
    /// Which cases to run.
    pub selection: CaseSelection,
}

/// Something to do, with its place in the report.
struct Task {
    place: u64,
    work: Work,
}

enum Work {
    /// Run this case.
    Run(Case),
    /// Nothing is to be run; this is the result.
    Report(CaseResult),
}

/// Results of a task, with its place in the report.
type Done = (u64, Vec<CaseResult>);

/// Runs every wanted case in `files` and hands the results to `report`: by file, then by case, in
/// the same order every time.
///
/// # Errors
/// If a thread cannot be started.
pub fn run(
    files: &[PathBuf],
    config: &RunConfig,
    report: &mut dyn FnMut(&CaseResult),
) -> io::Result<Summary> {
    let jobs = config.jobs.get();
    let (task_sender, tasks) = bounded::<Task>(jobs.saturating_mul(WAITING_CASES_PER_JOB));
    let (done_sender, done) = bounded::<Done>(jobs.saturating_mul(WAITING_CASES_PER_JOB));
    thread::scope(|scope| {
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, || read_files(files, &config.selection, task_sender))?;
        for index in 0..jobs {
            let (tasks, done) = (tasks.clone(), done_sender.clone());
            thread::Builder::new()
                .name(format!("case-{index}"))
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, move || work(&tasks, &done, &config.selection))?;
        }
        // Whoever is left holding an end keeps the others waiting for ever.
        drop((tasks, done_sender));
        Ok(collect(&done, report))
    })
}

/// Cuts the files into tasks. Stops if nobody takes them any more.
fn read_files(files: &[PathBuf], selection: &CaseSelection, tasks: Sender<Task>) {
    let mut place = 0;
    for file in files {
        for work in tasks_of(file, selection) {
            if tasks.send(Task { place, work }).is_err() {
                return;
            }
            place += 1;
        }
    }
    drop(tasks);
}

fn tasks_of(file: &Path, selection: &CaseSelection) -> Vec<Work> {
    let whole_file = |outcome| {
        let result = CaseResult {
            file: file.to_owned(),
            case: String::new(),
            fork: String::new(),
            outcome,
            refusals: Vec::new(),
        };
        vec![Work::Report(result)]
    };
    let skipped = |reason: String| {
        // Whoever asks for some cases does not ask about files that have none.
        if selection.is_everything() {
            whole_file(CaseOutcome::Skipped { reason })
        } else {
            Vec::new()
        }
    };
    let failed =
        |what: &str, found: String| whole_file(CaseOutcome::failed(Mismatch::broken(what, found)));
    if file.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
        return skipped("source of fixtures, not filled".to_owned());
    }
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return failed("the file", error.to_string()),
    };
    match FixtureFile::parse(&text) {
        Ok(fixtures) => fixtures
            .cases
            .into_iter()
            .filter(|(name, _)| selection.wants_case(file, name))
            .map(|(name, text)| Work::Run(Case { file: file.to_owned(), name, text }))
            .collect(),
        Err(FixtureFileError::NotFixtures(_)) if !selection.is_everything() => Vec::new(),
        Err(error @ FixtureFileError::NotFixtures(_)) => skipped(error.to_string()),
        Err(error @ FixtureFileError::NotJson(_)) => failed("the file", error.to_string()),
    }
}

fn work(tasks: &Receiver<Task>, done: &Sender<Done>, selection: &CaseSelection) {
    for task in tasks {
        let results = match task.work {
            Work::Run(case) => case.run(selection),
            Work::Report(result) => vec![result],
        };
        if done.send((task.place, results)).is_err() {
            return;
        }
    }
}

/// Puts the results back into the order of the tasks.
fn collect(done: &Receiver<Done>, report: &mut dyn FnMut(&CaseResult)) -> Summary {
    let mut summary = Summary::default();
    let (mut early, mut next) = (BTreeMap::new(), 0_u64);
    for (place, results) in done {
        early.insert(place, results);
        while let Some(results) = early.remove(&next) {
            next += 1;
            for result in &results {
                summary.count(result);
                report(result);
            }
        }
    }
    summary
}
