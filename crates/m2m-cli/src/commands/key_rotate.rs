//! `m2m key rotate`: a server that runs signs with a new key.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::consent;
use super::done::{payload, warn};
use crate::management::{ApiPath, Management};
use crate::options::KeyRotateOptions;
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{print_record, text};

pub(super) fn rotate(options: &KeyRotateOptions, output: &Output) -> Result<(), Failure> {
    if options.emergency && !options.yes {
        consent::ask(
            EMERGENCY,
            "--emergency was given, there is no terminal to ask on, and nothing was changed",
            "--yes, if that is right",
        )?;
    }
    let management = Management::connect(&options.management.server)?;
    let algorithm = match options.algorithm {
        Some(algorithm) => algorithm.as_str().to_owned(),
        None => only_algorithm(&management)?,
    };
    let body = json!({ "algorithm": algorithm, "emergency": options.emergency });
    let answer = management.post(&ApiPath::of(["keys", "rotate"]), Some(&body))?;
    let key = payload(&answer, "key");
    match options.management.output {
        Format::Text => print_record(key, &[], output),
        Format::Json => output.json(key),
    }
    warn(&answer, output);
    Ok(())
}

/// The consequences of an emergency rotation, shown before it is done.
const EMERGENCY: &str = "every key of the algorithm that is in the JWK set would leave it at once and for good, and a new one would sign: the tokens signed until now, those for \
    the management API included, would be refused by the server at once and by APIs within five minutes, in which APIs may also refuse tokens of the new key";

/// The algorithm of the keys that sign, if it is one.
fn only_algorithm(management: &Management) -> Result<String, Failure> {
    let keys = management.all(&ApiPath::of(["keys"]), "keys")?;
    let signing = |key: &&Value| text(key, "state") == "active";
    let algorithms: BTreeSet<&str> = keys
        .iter()
        .filter(signing)
        .map(|key| text(key, "algorithm"))
        .collect();
    let mut all = algorithms.iter();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok((*only).to_owned()),
        _ => {
            let algorithms: Vec<&str> = algorithms.into_iter().collect();
            Err(Failure::usage("which key is to be rotated is not clear")
                .because(format!(
                    "there are keys that sign with {}",
                    printable(&algorithms.join(", "))
                ))
                .help("say which: --alg ES256"))
        }
    }
}
