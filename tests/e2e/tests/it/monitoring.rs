//! Dashboard and alerts ask for nothing but what nodes and miners serve.

use hanzo_e2e::{Row, documented_metrics};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What Prometheus and its configuration add to every series.
const TARGET_LABELS: [&str; 4] = ["instance", "job", "miner", "node"];

/// The series that Prometheus makes itself.
const OWN_SERIES: &str = "up";

/// What expressions are made of, beside names of series and labels.
const FUNCTIONS: [&str; 15] = [
    "avg",
    "changes",
    "count",
    "deriv",
    "histogram_quantile",
    "increase",
    "max",
    "min",
    "or",
    "rate",
    "scalar",
    "sum",
    "time",
    "topk",
    "vector",
];

/// An expression of PromQL, and the labels that the text beside its result shows.
#[derive(Debug)]
struct Query {
    place: String,
    expression: String,
    shown: BTreeSet<String>,
}

/// What an expression of PromQL names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    series: BTreeSet<String>,
    labels: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy)]
enum Inside {
    Expression,
    Labels,
    Range,
}

impl Names {
    fn of(expression: &str) -> Self {
        let mut names = Self::default();
        let (mut inside, mut word) = (Inside::Expression, String::new());
        // Every second piece is a string literal.
        for c in expression.split('"').step_by(2).flat_map(str::chars).chain(" ".chars()) {
            if c.is_ascii_alphanumeric() || "_$".contains(c) {
                word.push(c);
                continue;
            }
            let word = std::mem::take(&mut word);
            let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
            match inside {
                Inside::Labels if is_name => _ = names.labels.insert(word),
                Inside::Expression if word == "by" => inside = Inside::Labels,
                Inside::Expression if is_name && !FUNCTIONS.contains(&word.as_str()) => {
                    names.series.insert(word);
                }
                Inside::Labels | Inside::Expression | Inside::Range => {}
            }
            match c {
                '{' => inside = Inside::Labels,
                '[' => inside = Inside::Range,
                '}' | ']' | ')' => inside = Inside::Expression,
                _ => {}
            }
        }
        names
    }
}

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docker").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between `open` and `close`, each time.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0.trim()))
}

/// The queries of the dashboard, those of its variables included.
fn dashboard_queries() -> Vec<Query> {
    let dashboard: Value = serde_json::from_str(&text("grafana/dashboards/hanzo.json")).unwrap();
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let place = panel["title"].as_str().unwrap();
        let targets = panel["targets"].as_array().into_iter().flatten();
        queries.extend(targets.map(|target| {
            Query {
                place: place.to_owned(),
                expression: target["expr"].as_str().unwrap().to_owned(),
                shown: between(target["legendFormat"].as_str().unwrap(), "{{", '}')
                    .map(str::to_owned)
                    .collect(),
            }
        }));
    }
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        let query = variable["query"]["query"].as_str().unwrap();
        let arguments = between(query, "label_values(", ')').next().unwrap();
        let (series, label) = arguments.split_once(", ").unwrap();
        queries.push(Query {
            place: "a variable".to_owned(),
            expression: series.to_owned(),
            shown: BTreeSet::from([label.to_owned()]),
        });
    }
    queries
}

/// The expressions of the alerts.
fn alert_queries() -> Vec<Query> {
    let rules = text("prometheus/rules.yml");
    let alerts = rules.split("- alert: ").skip(1).map(|alert| Query {
        place: alert.lines().next().unwrap().to_owned(),
        expression: between(alert, "expr: ", '\n').next().unwrap().to_owned(),
        shown: between(alert, "$labels.", ' ').map(str::to_owned).collect(),
    });
    alerts.collect()
}

/// What is wrong with a query.
fn mistakes(query: &Query, documented: &BTreeMap<String, Row>) -> Vec<String> {
    let names = Names::of(&query.expression);
    let mut allowed = BTreeSet::from(TARGET_LABELS.map(str::to_owned));
    let mut mistakes = Vec::new();
    for series in names.series.iter().filter(|series| *series != OWN_SERIES) {
        let histogram = ["_bucket", "_sum", "_count"]
            .into_iter()
            .filter_map(|part| documented.get(series.strip_suffix(part)?))
            .find(|row| row.family.kind == "histogram");
        let plain = documented.get(series).filter(|row| row.family.kind != "histogram");
        let Some(row) = plain.or(histogram) else {
            mistakes.push(format!("{}: nobody serves {series}", query.place));
            continue;
        };
        allowed.extend(row.family.labels.iter().cloned());
        allowed.extend(series.ends_with("_bucket").then(|| "le".to_owned()));
    }
    for label in names.labels.union(&query.shown).filter(|label| !allowed.contains(*label)) {
        mistakes.push(format!("{}: nothing there has the label {label}", query.place));
    }
    mistakes
}

fn documented() -> BTreeMap<String, Row> {
    let mut all = documented_metrics("metrics.md");
    all.extend(documented_metrics("mining.md"));
    all
}

#[test]
fn every_query_of_dashboard_and_alerts_names_series_and_labels_that_are_served() {
    let documented = documented();
    let queries = [dashboard_queries(), alert_queries()];
    assert!(queries.iter().all(|queries| queries.len() > 5), "{queries:?}");
    let mistakes: Vec<_> =
        queries.iter().flatten().flat_map(|query| mistakes(query, &documented)).collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn names_are_found_wherever_an_expression_has_them() {
    let names = Names::of(
        "topk(10, sum by (method, le) (rate(a_bucket{node=~\"$node\", outcome!=\"{b}\"}[5m]))) > 1e3 \
         or c / 60 + d[$__rate_interval] or time() - e",
    );
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected = Names {
        series: set(&["a_bucket", "c", "d", "e"]),
        labels: set(&["le", "method", "node", "outcome"]),
    };
    assert_eq!(names, expected);
}

#[test]
fn a_query_for_what_nobody_serves_is_a_mistake() {
    let documented = documented();
    let found = |expression: &str, shown: &str| {
        let shown = between(shown, "{{", '}').map(str::to_owned).collect();
        let expression = expression.to_owned();
        mistakes(&Query { place: String::new(), expression, shown }, &documented).len()
    };
    assert_eq!(found("hanzo_chain_head_number{node=\"a\"}", "{{node}}"), 0);
    assert_eq!(found("hanzo_chain_head_numbers", ""), 1);
    // A histogram has no series of its own name, and what is none has no buckets.
    assert_eq!(found("hanzo_chain_import_seconds", ""), 1);
    assert_eq!(found("hanzo_chain_head_number_sum", ""), 1);
    assert_eq!(found("sum by (topic) (hanzo_network_peers)", "{{direction}} {{verdict}}"), 2);
}

/// Prometheus reads every node and every miner of the compose file, at the port that it is given.
#[test]
fn prometheus_reads_whoever_serves_metrics_in_the_compose_file() {
    let (prometheus, compose) = (text("prometheus/prometheus.yml"), text("compose.yaml"));
    let targets: BTreeSet<_> = between(&prometheus, "targets: [\"", '"').collect();
    let mut expected = BTreeSet::new();
    for (name, port) in [("node", 9_001), ("miner", 9_002)] {
        assert!(compose.contains(&format!("--metrics=0.0.0.0:{port}")), "{name}");
        let services =
            compose.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        let services = services.filter(|service| {
            service.strip_prefix(name).is_some_and(|number| number.parse::<u8>().is_ok())
        });
        expected.extend(services.map(|service| format!("{service}:{port}")));
    }
    assert_eq!(targets, expected.iter().map(String::as_str).collect());
    assert_eq!(targets.len(), 5);
}
