//! Bounds and policy of the pool.

use thiserror::Error;

/// Bounds and policy of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolConfig {
    /// Most transactions of all senders together.
    pub max_transactions: usize,
    /// Most bytes of encoded transactions together.
    pub max_bytes: usize,
    /// Most transactions of one sender.
    pub max_transactions_per_sender: usize,
    /// How far ahead of its account a nonce has to be to be refused.
    pub max_nonce_distance: u64,
    /// How much more a replacement has to offer on both fee fields, in percent, rounded up.
    pub replacement_bump_percent: u64,
    /// What happens to a transaction whose fee cap is below the next base fee.
    pub base_fee_admission: BaseFeeAdmission,
}

/// What happens to a transaction whose fee cap is below the next base fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BaseFeeAdmission {
    /// It is refused, so that whatever an instant chain accepts is mined at once (decision D-39).
    RequireNextBaseFee,
    /// It is kept until the base fee falls.
    Park,
}

/// A configuration that contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PoolConfigError {
    /// A bound is zero: the pool would refuse everything.
    #[error("pool limit {name} must be at least 1")]
    ZeroLimit {
        /// Name of the setting.
        name: &'static str,
    },
    /// One sender may have more than everybody together.
    #[error("max_transactions_per_sender {per_sender} exceeds max_transactions {total}")]
    SenderLimitAboveTotal {
        /// Bound of one sender.
        per_sender: usize,
        /// Bound of all senders.
        total: usize,
    },
}

impl Default for PoolConfig {
    /// 16 384 transactions: a burst of 10 000 with room to spare, or eleven blocks of 30 Mgas full
    /// of transfers (1 428 each). 64 MiB: 4 KiB for each of them on average, eight full blocks
    /// of EIP-7934. A quarter of the pool per sender: nobody alone crowds everybody out. A nonce
    /// further ahead than the pool has room is not waiting for anything that could come. 10 % is
    /// what every Ethereum client asks for a replacement.
    fn default() -> Self {
        Self {
            max_transactions: 16_384,
            max_bytes: 64 << 20,
            max_transactions_per_sender: 4_096,
            max_nonce_distance: 16_384,
            replacement_bump_percent: 10,
            base_fee_admission: BaseFeeAdmission::Park,
        }
    }
}

impl PoolConfig {
    /// Checks the configuration against itself.
    ///
    /// # Errors
    /// [`PoolConfigError`] naming the first setting that makes no sense.
    pub fn validate(&self) -> Result<(), PoolConfigError> {
        let limits = [
            ("max_transactions", self.max_transactions),
            ("max_bytes", self.max_bytes),
            ("max_transactions_per_sender", self.max_transactions_per_sender),
        ];
        if let Some((name, _)) = limits.into_iter().find(|(_, limit)| *limit == 0) {
            return Err(PoolConfigError::ZeroLimit { name });
        }
        if self.max_nonce_distance == 0 {
            return Err(PoolConfigError::ZeroLimit { name: "max_nonce_distance" });
        }
        if self.max_transactions_per_sender > self.max_transactions {
            return Err(PoolConfigError::SenderLimitAboveTotal {
                per_sender: self.max_transactions_per_sender,
                total: self.max_transactions,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_configuration_is_valid() {
        assert_eq!(PoolConfig::default().validate(), Ok(()));
    }

    #[test]
    fn a_zero_limit_is_refused_by_name() {
        let config = PoolConfig { max_bytes: 0, ..PoolConfig::default() };
        assert_eq!(config.validate(), Err(PoolConfigError::ZeroLimit { name: "max_bytes" }));
        let config = PoolConfig { max_nonce_distance: 0, ..PoolConfig::default() };
        let error = config.validate().unwrap_err();
        assert_eq!(error.to_string(), "pool limit max_nonce_distance must be at least 1");
    }

    #[test]
    fn a_sender_limit_above_the_total_is_refused() {
        let config = PoolConfig { max_transactions: 5, ..PoolConfig::default() };
        let error = config.validate().unwrap_err();
        assert_eq!(error, PoolConfigError::SenderLimitAboveTotal { per_sender: 4_096, total: 5 });
    }
}
