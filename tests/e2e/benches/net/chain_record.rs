//! What is on the chain afterwards.

use alloy_primitives::{Address, U256, utils::format_ether};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::Header;
use hanzo_e2e::Client;
use hanzo_poc::{DifficultyRule, next_difficulty};
use hanzo_types::ChainSpec;
use std::{fmt, fs, ops::Range, path::Path};

/// The headers from genesis on.
#[derive(Debug)]
pub(crate) struct ChainRecord {
    spec: ChainSpec,
    headers: Vec<Header>,
}

/// The intervals of some blocks.
#[derive(Debug)]
pub(crate) struct Pace {
    mean: f64,
    /// Of the mean, if intervals were independent.
    standard_error: f64,
    target: f64,
}

/// The difficulties of a chain that follows the rule.
#[derive(Debug)]
pub(crate) struct Difficulties {
    first: U256,
    last: U256,
}

impl ChainRecord {
    /// Reads all headers up to `end`.
    pub(crate) async fn read(client: &Client, genesis: &Path, end: u64) -> Self {
        let spec = ChainSpec::from_genesis_json(&fs::read(genesis).unwrap()).unwrap();
        let mut headers = Vec::new();
        for number in 0..=end {
            headers.push(client.get_block_by_number(number.into()).await.unwrap().unwrap().header);
        }
        Self { spec, headers }
    }

    fn target_block_time(&self) -> u64 {
        self.spec.hanzo_rules().unwrap().config().target_block_time
    }

    /// The headers after the first of `range`, up to and with its end.
    fn after(&self, range: &Range<u64>) -> &[Header] {
        let [start, end] = [range.start, range.end].map(|number| usize::try_from(number).unwrap());
        &self.headers[start + 1..=end]
    }

    /// The intervals before the blocks after `range.start`.
    pub(crate) fn pace(&self, range: Range<u64>) -> Pace {
        let from = usize::try_from(range.start).unwrap();
        let intervals: Vec<f64> = self.headers[from..=usize::try_from(range.end).unwrap()]
            .windows(2)
            .map(|pair| f64::from(u32::try_from(pair[1].timestamp - pair[0].timestamp).unwrap()))
            .collect();
        let count = f64::from(u32::try_from(intervals.len()).unwrap());
        let mean = intervals.iter().sum::<f64>() / count;
        let squares: f64 = intervals.iter().map(|interval| (interval - mean).powi(2)).sum();
        let standard_error = (squares / (count - 1.0) / count).sqrt();
        let target = f64::from(u32::try_from(self.target_block_time()).unwrap());
        Pace { mean, standard_error, target }
    }

    /// Fails unless every header has the difficulty that follows from those before it.
    pub(crate) fn check_difficulties(&self) -> Difficulties {
        let rule = DifficultyRule::asert(self.target_block_time());
        let first = self.spec.genesis().difficulty;
        // The interval from genesis measures nothing. Source: decision D-05.
        assert_eq!([self.headers[1].difficulty, self.headers[2].difficulty], [first; 2]);
        for three in self.headers[1..].windows(3) {
            let interval = three[1].timestamp - three[0].timestamp;
            let expected = next_difficulty(three[1].difficulty, interval, &rule);
            assert_eq!(three[2].difficulty, expected, "block {}", three[2].number);
        }
        Difficulties { first, last: self.headers.last().unwrap().difficulty }
    }

    /// How many blocks after `range.start` pay `coinbase`.
    pub(crate) fn blocks_of(&self, coinbase: Address, range: Range<u64>) -> u32 {
        let own = self.after(&range).iter().filter(|header| header.beneficiary == coinbase);
        u32::try_from(own.count()).unwrap()
    }

    /// What `coinbase` has earned in these blocks, in AI. Fails if that is not the reward of each of
    /// its blocks.
    pub(crate) async fn reward_of(
        &self,
        client: &Client,
        coinbase: Address,
        range: Range<u64>,
    ) -> String {
        let balance =
            async |number: u64| client.get_balance(coinbase).block_id(number.into()).await.unwrap();
        let earned = balance(range.end).await - balance(range.start).await;
        let emission = self.spec.hanzo_rules().unwrap().emission();
        let own = self.after(&range).iter().filter(|header| header.beneficiary == coinbase);
        // The coinbase gets what the share pool leaves. Source: decision D-09.
        let rewards = own.map(|header| {
            let subsidy = emission.subsidy(header.number);
            subsidy - subsidy * U256::from(3) / U256::from(10)
        });
        assert_eq!(earned, rewards.sum::<U256>(), "{coinbase}");
        format_ether(earned)
    }
}

impl Pace {
    /// How far the mean is from the target, as a part of it.
    pub(crate) fn deviation(&self) -> f64 {
        self.mean / self.target - 1.0
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, standard_error, target } = self;
        let percent = 100.0 * self.deviation();
        write!(f, "{mean:.3} ± {standard_error:.3} s, target {target} s, {percent:+.1} %")
    }
}

impl fmt::Display for Difficulties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = [self.first, self.last].map(|value| value.approx_log2());
        write!(
            f,
            "every one follows from those before it; 2^{first:.2} at first, 2^{last:.2} at last"
        )
    }
}
