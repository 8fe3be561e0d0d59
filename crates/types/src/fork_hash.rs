//! What tells chains of different forks apart on the wire. Source: EIP-2124, EIP-6122.

use alloy_eips::eip2124::ForkHash;
use alloy_genesis::ChainConfig;
use alloy_primitives::{B256, FixedBytes};

/// Genesis block and forks of a chain, as far as they go into its fork hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForkLineage<'a> {
    pub(crate) genesis_hash: B256,
    /// Unix time of the genesis block; forks up to then are part of it.
    pub(crate) genesis_time: u64,
    /// `None` for a chain whose genesis block has every fork.
    pub(crate) config: Option<&'a ChainConfig>,
}

impl ForkLineage<'_> {
    /// `FORK_HASH` of a block with this number and Unix time: CRC-32 of the hash of the genesis
    /// block and of every block number and then every time at which forks have started since, each
    /// once.
    #[expect(clippy::arithmetic_side_effects, reason = "a step of the checksum, not an addition")]
    pub(crate) fn hash_at(&self, number: u64, time: u64) -> FixedBytes<4> {
        let mut hash = ForkHash::from(self.genesis_hash);
        let Some(config) = self.config else { return FixedBytes(hash.0) };
        let blocks = sorted(block_forks(config)).into_iter();
        blocks.filter(|start| (1..=number).contains(start)).for_each(|start| hash += start);
        let times = sorted(time_forks(config)).into_iter();
        let times = times.filter(|start| *start > self.genesis_time && *start <= time);
        times.for_each(|start| hash += start);
        FixedBytes(hash.0)
    }
}

fn sorted<const N: usize>(starts: [Option<u64>; N]) -> Vec<u64> {
    let mut starts: Vec<u64> = starts.into_iter().flatten().collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Every block number of the file counts, also that of the DAO fork on a chain that opposed it, and
/// that of the net split, which changes no rule. Source: geth.
const fn block_forks(config: &ChainConfig) -> [Option<u64>; 15] {
    [
        config.homestead_block,
        config.dao_fork_block,
        config.eip150_block,
        config.eip155_block,
        config.eip158_block,
        config.byzantium_block,
        config.constantinople_block,
        config.petersburg_block,
        config.istanbul_block,
        config.muir_glacier_block,
        config.berlin_block,
        config.london_block,
        config.arrow_glacier_block,
        config.gray_glacier_block,
        config.merge_netsplit_block,
    ]
}

const fn time_forks(config: &ChainConfig) -> [Option<u64>; 9] {
    [
        config.shanghai_time,
        config.cancun_time,
        config.prague_time,
        config.osaka_time,
        config.bpo1_time,
        config.bpo2_time,
        config.bpo3_time,
        config.bpo4_time,
        config.bpo5_time,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;
    use serde_json::{Value, json};

    fn assert_hashes(genesis: (B256, u64), config: &Value, cases: &[(u64, u64, u32)]) {
        let config: ChainConfig = serde_json::from_value(config.clone()).unwrap();
        let (genesis_hash, genesis_time) = genesis;
        let lineage = ForkLineage { genesis_hash, genesis_time, config: Some(&config) };
        for (number, time, want) in cases {
            let want = FixedBytes(want.to_be_bytes());
            assert_eq!(lineage.hash_at(*number, *time), want, "block {number}, time {time}");
        }
    }

    /// Source: EIP-2124, EIP-6122, and geth for the forks after them.
    #[test]
    fn the_fork_hashes_of_mainnet_are_the_published_ones() {
        let genesis = b256!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
        let config = json!({
            "chainId": 1, "homesteadBlock": 1_150_000, "daoForkBlock": 1_920_000,
            "daoForkSupport": true, "eip150Block": 2_463_000, "eip155Block": 2_675_000,
            "eip158Block": 2_675_000, "byzantiumBlock": 4_370_000,
            "constantinopleBlock": 7_280_000, "petersburgBlock": 7_280_000,
            "istanbulBlock": 9_069_000, "muirGlacierBlock": 9_200_000,
            "berlinBlock": 12_244_000, "londonBlock": 12_965_000,
            "arrowGlacierBlock": 13_773_000, "grayGlacierBlock": 15_050_000,
            "shanghaiTime": 1_681_338_455, "cancunTime": 1_710_338_135,
            "pragueTime": 1_746_612_311, "osakaTime": 1_764_798_551,
            "bpo1Time": 1_765_290_071, "bpo2Time": 1_767_747_671,
        });
        assert_hashes(
            (genesis, 0),
            &config,
            &[
                (0, 0, 0xfc64_ec04),
                (1_149_999, 0, 0xfc64_ec04),
                (1_150_000, 0, 0x97c2_c34c),
                (1_920_000, 0, 0x91d1_f948),
                (2_463_000, 0, 0x7a64_da13),
                (2_675_000, 0, 0x3edd_5b10),
                (4_370_000, 0, 0xa00b_c324),
                (7_280_000, 0, 0x668d_b0af),
                (9_069_000, 0, 0x879d_6e30),
                (9_200_000, 0, 0xe029_e991),
                (12_244_000, 0, 0x0eb4_40f6),
                (12_965_000, 0, 0xb715_077d),
                (13_773_000, 0, 0x20c3_27fc),
                (15_050_000, 0, 0xf0af_d0e3),
                (20_000_000, 1_681_338_454, 0xf0af_d0e3),
                (20_000_000, 1_681_338_455, 0xdce9_6c2d),
                (30_000_000, 1_710_338_135, 0x9f3d_2254),
                (30_000_000, 1_746_612_311, 0xc376_cf8b),
                (30_000_000, 1_764_798_551, 0x5167_e2a6),
                (30_000_000, 1_765_290_071, 0xcba2_a1c0),
                (30_000_000, 1_767_747_671, 0x07c9_462e),
            ],
        );
    }

    #[test]
    fn the_fork_hashes_of_sepolia_are_the_published_ones() {
        let genesis = b256!("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9");
        let config = json!({
            "chainId": 11_155_111, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
            "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0,
            "petersburgBlock": 0, "istanbulBlock": 0, "muirGlacierBlock": 0, "berlinBlock": 0,
            "londonBlock": 0, "mergeNetsplitBlock": 1_735_371, "shanghaiTime": 1_677_557_088,
            "cancunTime": 1_706_655_072, "pragueTime": 1_741_159_776,
            "osakaTime": 1_760_427_360, "bpo1Time": 1_761_017_184, "bpo2Time": 1_761_607_008,
        });
        assert_hashes(
            (genesis, 1_633_267_481),
            &config,
            &[
                (0, 0, 0xfe33_66e7),
                (1_735_370, 0, 0xfe33_66e7),
                (1_735_371, 0, 0xb96c_bd13),
                (1_735_372, 1_677_557_088, 0xf7f9_bc08),
                (1_735_372, 1_706_655_072, 0x88cf_81d9),
                (1_735_372, 1_741_159_776, 0xed88_b5fd),
                (1_735_372, 1_760_427_360, 0xe2ae_4999),
                (1_735_372, 1_761_017_184, 0x5607_8a1e),
                (1_735_372, 1_761_607_008, 0x2689_56b6),
            ],
        );
    }

    /// Forks up to the time of the genesis block are part of it. Source: EIP-7910, whose example is
    /// Hoodi.
    #[test]
    fn the_fork_hashes_of_hoodi_are_the_published_ones() {
        let genesis = b256!("bbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b");
        let config = json!({
            "chainId": 560_048, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
            "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0,
            "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0,
            "mergeNetsplitBlock": 0, "shanghaiTime": 0, "cancunTime": 0,
            "pragueTime": 1_742_999_832, "osakaTime": 1_761_677_592,
            "bpo1Time": 1_762_365_720, "bpo2Time": 1_762_955_544,
        });
        assert_hashes(
            (genesis, 1_742_212_800),
            &config,
            &[
                (123, 0, 0xbef7_1d30),
                (123, 1_742_999_832, 0x0929_e24e),
                (123, 1_761_677_592, 0xe7e0_e7ff),
                (123, 1_762_365_720, 0x3893_353e),
                (123, 1_762_955_544, 0x23aa_1351),
            ],
        );
    }
}
