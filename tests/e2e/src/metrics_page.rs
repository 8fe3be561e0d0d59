//! What a page of the documentation says of metrics.

use crate::Family;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What a page says of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Type, labels and meaning, as they should be served.
    pub family: Family,
    /// Unit.
    pub unit: String,
    /// Heading under which it stands.
    pub heading: String,
}

/// The metrics of a page in `docs`, by name: the rows of its tables with name, type, labels, unit and
/// meaning.
#[must_use]
pub fn documented_metrics(page: &str) -> BTreeMap<String, Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let (mut rows, mut heading) = (BTreeMap::new(), "");
    for line in text.lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
        }
        if !["| `hanzo_", "| `process_"].into_iter().any(|start| line.starts_with(start)) {
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, unit, help] = cells[..] else { panic!("{line}") };
        let plain = |cell: &str| cell.trim_matches('`').to_owned();
        let labels: BTreeSet<String> =
            labels.split(", ").filter(|label| *label != "–").map(plain).collect();
        let family = Family { kind: kind.to_owned(), help: help.to_owned(), labels };
        let row = Row { family, unit: unit.to_owned(), heading: heading.to_owned() };
        assert!(rows.insert(plain(name), row).is_none(), "{name} is listed twice");
    }
    rows
}

/// Fails unless exactly the documented metrics are served, as they are documented.
pub fn assert_documented(served: &BTreeMap<String, Family>, page: &BTreeMap<String, Row>) {
    for (name, family) in served {
        let row = page.get(name).unwrap_or_else(|| panic!("{name} is not on the page"));
        assert_eq!(&row.family, family, "the page is wrong about {name}");
    }
    for name in page.keys() {
        assert!(served.contains_key(name), "the page lists {name}, which nobody serves");
    }
}
