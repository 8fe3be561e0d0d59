//! Who is asked, and what.

use crate::trade::Trade;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall as _, sol};
use hanzo_types::BONDING_CURVE;
use serde_json::Value;

sol! {
    function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit);
    function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens);
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Implementation {
    /// The native precompile.
    BondingCurve,
    /// A contract with PRBMath.
    PrbMath,
    /// A contract with Solady.
    Solady,
}

impl Implementation {
    pub(crate) const ALL: [Self; 3] = [Self::BondingCurve, Self::PrbMath, Self::Solady];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BondingCurve => "`BondingCurve`",
            Self::PrbMath => "PRBMath",
            Self::Solady => "Solady",
        }
    }

    pub(crate) const fn address(self) -> Address {
        match self {
            Self::BondingCurve => BONDING_CURVE,
            Self::PrbMath => Address::repeat_byte(0xb1),
            Self::Solady => Address::repeat_byte(0xb2),
        }
    }

    /// The code of the contract; `None` of a precompile.
    pub(crate) fn code(self) -> Option<Bytes> {
        let artifact = match self {
            Self::BondingCurve => return None,
            Self::PrbMath => include_str!("../../../../contracts/artifacts/PrbCurve.json"),
            Self::Solady => include_str!("../../../../contracts/artifacts/SoladyCurve.json"),
        };
        let artifact: Value = serde_json::from_str(artifact).unwrap();
        Some(artifact["runtime"].as_str().unwrap().parse().unwrap())
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Tokens for a deposit.
    PurchaseReturn,
    /// Reserve for tokens.
    SaleReturn,
}

impl Function {
    pub(crate) const ALL: [Self; 2] = [Self::PurchaseReturn, Self::SaleReturn];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PurchaseReturn => "`purchaseReturn`",
            Self::SaleReturn => "`saleReturn`",
        }
    }

    /// The encoded call.
    pub(crate) fn input(self, trade: &Trade) -> Vec<u8> {
        let &Trade { supply, reserve, crr_ppm, deposit, tokens, .. } = trade;
        match self {
            Self::PurchaseReturn => {
                purchaseReturnCall { supply, reserve, crrPpm: crr_ppm, deposit }.abi_encode()
            }
            Self::SaleReturn => {
                saleReturnCall { supply, reserve, crrPpm: crr_ppm, tokens }.abi_encode()
            }
        }
    }

    /// The exact result.
    pub(crate) fn exact(self, trade: &Trade) -> U256 {
        let pool = trade.pool();
        let result = match self {
            Self::PurchaseReturn => pool.purchase_return(trade.deposit),
            Self::SaleReturn => pool.sale_return(trade.tokens),
        };
        result.unwrap()
    }
}
