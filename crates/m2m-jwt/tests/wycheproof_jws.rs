//! Project Wycheproof's JWS vectors: every case has the labelled result, except those that `exceptions.json` lists.

#[path = "support/check_jws.rs"]
mod check_jws;
#[path = "support/vectors.rs"]
mod vectors;

use serde_json::Value;

const FILE: &str = "wycheproof/json_web_signature_test.json";

#[test]
fn x1_x4_every_case_agrees_except_the_exceptions() {
    let Some(folder) = vectors::folder() else {
        println!("not found: {FILE} (set M2M_VECTORS to the folder that has it)");
        return;
    };
    let Ok(text) = std::fs::read(folder.join(FILE)) else {
        println!("not found: {}", folder.join(FILE).display());
        return;
    };
    let document: Value = serde_json::from_slice(&text).unwrap();
    let mut exceptions = vectors::exceptions("wycheproof-jws");
    let mut agreed = 0;
    let mut cases = 0;
    for group in document["testGroups"].as_array().unwrap() {
        let key = group
            .get("public")
            .unwrap_or_else(|| &group["private"])
            .to_string();
        for case in group["tests"].as_array().unwrap() {
            let id = case["tcId"].to_string();
            // Some are in JSON serialization, so they are not strings, and this crate does not support them.
            let verifies = case["jws"]
                .as_str()
                .is_some_and(|jws| check_jws::payload(&key, jws).is_some());
            let agrees = verifies == (case["result"] == "valid");
            cases += 1;
            agreed += usize::from(agrees);
            match exceptions.remove(&id) {
                Some(reason) => assert!(!agrees, "case {id} agrees, but is an exception: {reason}"),
                None => assert!(
                    agrees,
                    "case {id} ({}): verifies {verifies}, labelled {}",
                    case["comment"], case["result"]
                ),
            }
        }
    }
    println!("{agreed} of {cases} agree, the others are exceptions");
    assert_eq!((agreed, cases), (393, 401));
    assert!(
        exceptions.is_empty(),
        "exceptions without a case: {exceptions:?}"
    );
}
