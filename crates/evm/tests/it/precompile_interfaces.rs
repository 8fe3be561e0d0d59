//! The native precompiles and their Solidity interfaces are the same.

use alloy_primitives::{hex, keccak256};
use serde_json::Value;
use std::collections::BTreeSet;

/// Signatures of the functions and errors of an ABI.
fn signatures(artifact: &str) -> BTreeSet<String> {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let items = artifact["abi"].as_array().unwrap();
    let signature = |item: &Value| {
        let inputs = item["inputs"].as_array().unwrap();
        let types: Vec<&str> = inputs.iter().map(|input| input["type"].as_str().unwrap()).collect();
        format!("{}({})", item["name"].as_str().unwrap(), types.join(","))
    };
    items.iter().map(signature).collect()
}

fn known(signatures: &[&str]) -> BTreeSet<String> {
    signatures.iter().map(|signature| (*signature).to_owned()).collect()
}

#[test]
fn the_interface_of_the_bonding_curve_has_the_functions_and_errors_of_the_precompile() {
    let interface = signatures(include_str!("../../../../contracts/artifacts/IBondingCurve.json"));
    let precompile = known(&[
        "purchaseReturn(uint256,uint256,uint32,uint256)",
        "saleReturn(uint256,uint256,uint32,uint256)",
        "fundCost(uint256,uint256,uint32,uint256)",
        "saleCost(uint256,uint256,uint32,uint256)",
        "spotPrice(uint256,uint256,uint32)",
        "marketCap(uint256,uint32)",
        "buyImpactBps(uint256,uint256,uint32,uint256)",
        "sellImpactBps(uint256,uint256,uint32,uint256)",
        "domain()",
        "CurveDomain(uint8)",
        "CurveOverflow()",
        "BadInput()",
        "ValueNotAccepted()",
    ]);
    assert_eq!(interface, precompile);
    // Source: seed-features §6.5.
    for (signature, selector) in [
        ("purchaseReturn(uint256,uint256,uint32,uint256)", hex!("8d4e8cf2")),
        ("saleReturn(uint256,uint256,uint32,uint256)", hex!("8dced6b9")),
        ("spotPrice(uint256,uint256,uint32)", hex!("09adcb5e")),
        ("fundCost(uint256,uint256,uint32,uint256)", hex!("ebbb2158")),
        ("saleCost(uint256,uint256,uint32,uint256)", hex!("9a7eb939")),
    ] {
        assert_eq!(keccak256(signature)[..4], selector);
    }
}

#[test]
fn the_interface_of_fixed_math_has_the_functions_and_errors_of_the_precompile() {
    let interface = signatures(include_str!("../../../../contracts/artifacts/IFixedMath.json"));
    let precompile = known(&[
        "mulDiv(uint256,uint256,uint256)",
        "mulDivUp(uint256,uint256,uint256)",
        "isqrt(uint256)",
        "expWad(int256)",
        "lnWad(int256)",
        "MathDomain()",
        "MathOverflow()",
        "BadInput()",
        "ValueNotAccepted()",
    ]);
    assert_eq!(interface, precompile);
}
