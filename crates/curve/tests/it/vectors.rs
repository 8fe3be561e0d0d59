//! Golden results. Source: seed-features §2.4 and its vector file.

use alloy_primitives::U256;
use hanzo_curve::Pool;
use serde_json::Value;

#[test]
fn all_six_hundred_golden_results_are_met_to_the_unit() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../vectors/curve.json")).unwrap();
    assert_eq!(cases.len(), 600);
    for case in cases {
        let number = |field: &str| case[field].as_str().unwrap().parse::<U256>().unwrap();
        let ppm = u32::try_from(case["crrPpm"].as_u64().unwrap()).unwrap();
        let pool = Pool::new(number("supply"), number("reserve"), ppm).unwrap();
        let x = number("x");
        let result = match case["fn"].as_str().unwrap() {
            "purchaseReturn" => pool.purchase_return(x),
            "saleReturn" => pool.sale_return(x),
            "fundCost" => pool.fund_cost(x),
            "saleCost" => pool.sale_cost(x),
            other => panic!("{other}"),
        };
        assert_eq!(result, Ok(number("result")), "{case}");
    }
}
