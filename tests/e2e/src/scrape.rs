//! What a monitoring system reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
    net::TcpStream,
};

/// One answer of the metrics port, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Scrape {
    /// By name.
    pub families: BTreeMap<String, Family>,
    /// Values by series as it is written, labels included.
    values: BTreeMap<String, f64>,
}

/// What is said about the series of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Family {
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What is measured.
    pub help: String,
    /// Names of the labels, without those that a histogram adds.
    pub labels: BTreeSet<String>,
}

/// Status line and body of the answer to a GET request.
#[must_use]
pub fn http_get(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

impl Scrape {
    /// Reads what is served at `url`.
    #[must_use]
    pub fn read(url: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        let (address, path) = address.split_once('/').unwrap();
        let (status, body) = http_get(address, &format!("/{path}"));
        assert_eq!(status, "HTTP/1.1 200 OK");
        Self::parse(&body)
    }

    /// The value of a series, written as it is served.
    #[must_use]
    pub fn value(&self, series: &str) -> f64 {
        *self.values.get(series).unwrap_or_else(|| panic!("there is no {series}"))
    }

    /// All series that begin with `prefix`.
    pub fn starting_with(&self, prefix: &str) -> impl Iterator<Item = (&str, f64)> {
        let prefix = prefix.to_owned();
        let series = self.values.iter().filter(move |(series, _)| series.starts_with(&prefix));
        series.map(|(series, value)| (series.as_str(), *value))
    }

    fn parse(text: &str) -> Self {
        let mut scrape = Self { families: BTreeMap::new(), values: BTreeMap::new() };
        let mut current = String::new();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# HELP ") {
                let (name, help) = comment.split_once(' ').unwrap();
                scrape.families.entry(name.to_owned()).or_default().help = help.to_owned();
            } else if let Some(comment) = line.strip_prefix("# TYPE ") {
                let (name, kind) = comment.split_once(' ').unwrap();
                scrape.families.entry(name.to_owned()).or_default().kind = kind.to_owned();
                current = name.to_owned();
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                assert!(series.starts_with(&current), "{series} is not of {current}");
                let family = scrape.families.get_mut(&current).unwrap();
                family.labels.extend(label_names(series));
                let replaced = scrape.values.insert(series.to_owned(), value.parse().unwrap());
                assert_eq!(replaced, None, "{series} is there twice");
            }
        }
        scrape
    }
}

/// Names of the labels of a series. No value here contains a comma or a quote.
fn label_names(series: &str) -> impl Iterator<Item = String> {
    let labels = series.split_once('{').map_or("", |(_, labels)| labels.trim_end_matches('}'));
    let names = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
    names.filter(|name| name != "le").collect::<Vec<_>>().into_iter()
}
