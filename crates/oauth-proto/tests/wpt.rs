//! The vectors of web-platform-tests for forms, `url/resources/urlencoded-parser.any.js` as data.
//!
//! A browser repairs malformed input; this parser refuses it. Each vector has to be read as a browser reads it, or be listed with a reason
//! in `vectors/wpt_exceptions.json`. An exception that is read nevertheless fails the test too.

use std::{collections::BTreeMap, fs, path::Path};

use oauth_proto::{Form, MessageLimits};

#[derive(serde::Deserialize)]
struct Vector {
    input: String,
    output: Vec<(String, String)>,
}

#[derive(serde::Deserialize)]
struct Exception {
    error: String,
    reason: String,
}

#[test]
fn a11_forms_are_read_as_browsers_read_them_or_refused_with_a_reason() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the vectors are not part of the repository"
    )]
    let folder = std::env::var("M2M_VECTORS");
    let Ok(folder) = folder else {
        println!("M2M_VECTORS is not set: wpt/urlencoded-parser-data.json is not found");
        return;
    };
    let path = Path::new(&folder).join("wpt/urlencoded-parser-data.json");
    let json = fs::read_to_string(&path).expect("the vectors are in the folder");
    let vectors: Vec<Vector> = serde_json::from_str(&json).expect("inputs and outputs");
    let mut exceptions: BTreeMap<String, Exception> =
        serde_json::from_str(include_str!("vectors/wpt_exceptions.json")).expect("exceptions");

    let (mut equal, mut refused) = (0, 0);
    for Vector { input, output } in vectors {
        let form = Form::parse(input.as_bytes(), &MessageLimits::DEFAULT);
        match (form, exceptions.remove(&input)) {
            (Ok(form), None) => {
                let pairs: Vec<(String, String)> = form
                    .pairs()
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                assert_eq!(pairs, output, "{input}");
                equal += 1;
            }
            (Err(error), Some(exception)) => {
                assert_eq!(
                    error.to_string(),
                    exception.error,
                    "{input}: {}",
                    exception.reason
                );
                refused += 1;
            }
            (Ok(_), Some(_)) => panic!("{input} is listed as an exception, but is read"),
            (Err(error), None) => {
                panic!("{input} is refused, but is not listed as an exception: {error}")
            }
        }
    }
    assert!(exceptions.is_empty(), "exceptions without a vector");
    println!("{equal} read as browsers read them, {refused} refused with a reason");
}
