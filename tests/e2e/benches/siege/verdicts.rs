//! What the victim has made of the attackers.

use serde_json::Value;
use std::collections::BTreeMap;

/// What became of the attackers of one kind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Verdicts {
    /// Offences by their names.
    pub(crate) offences: BTreeMap<String, u64>,
    /// Connections that were ended, by the reason.
    pub(crate) endings: BTreeMap<String, u64>,
    /// Connections that were not let in.
    pub(crate) refused: u64,
}

/// What the victim has logged.
#[derive(Debug, Default)]
pub(crate) struct VictimLog {
    by_kind: BTreeMap<&'static str, Verdicts>,
    /// What it has said of the honest nodes, and of nobody.
    pub(crate) injustices: Vec<String>,
    pub(crate) panics: Vec<String>,
}

impl VictimLog {
    /// Reads lines of JSON. `attackers` are kinds by the names of peers.
    pub(crate) fn read(
        log: &str,
        attackers: &BTreeMap<String, &'static str>,
        honest: &[String],
    ) -> Self {
        let mut read = Self::default();
        for line in log.lines() {
            match serde_json::from_str::<Value>(line) {
                Ok(event) => read.event(&event, attackers, honest),
                // What is no event is the end of the process, or a panic.
                Err(_) if line.contains("panicked") => read.panics.push(line.to_owned()),
                Err(_) => {}
            }
        }
        read
    }

    pub(crate) fn of(&self, kind: &str) -> Verdicts {
        self.by_kind.get(kind).cloned().unwrap_or_default()
    }

    fn event(
        &mut self,
        event: &Value,
        attackers: &BTreeMap<String, &'static str>,
        honest: &[String],
    ) {
        let Some(peer) = event["peer"].as_str() else { return };
        let message = event["message"].as_str().unwrap_or_default();
        let is_verdict =
            ["a peer misbehaved", "peer disconnected", "not let in"].contains(&message);
        if !is_verdict {
            return;
        }
        let Some(kind) = attackers.get(peer) else {
            if honest.iter().any(|honest| honest == peer) {
                self.injustices.push(event.to_string());
            }
            return;
        };
        let verdicts = self.by_kind.entry(kind).or_default();
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        match message {
            "a peer misbehaved" => *verdicts.offences.entry(text("offence")).or_default() += 1,
            "peer disconnected" => *verdicts.endings.entry(text("reason")).or_default() += 1,
            _ => verdicts.refused += 1,
        }
    }
}
