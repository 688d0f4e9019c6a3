//! `m2m key list`: the signing keys in a data directory.

use m2m_admin::state_word;
use m2m_store::KeyRecord;
use serde_json::{Value, json};

use crate::cli::{Format, KeyListOptions};
use crate::data::{self, Missing};
use crate::error::Failure;
use crate::output::Output;
use crate::printable::printable;
use crate::timestamp::rfc3339;

pub(super) fn list(options: &KeyListOptions, output: &Output) -> Result<(), Failure> {
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Refuse)?;
    let keys =
        data::wait(m2m_admin::list_keys(&store))?.map_err(|error| data::failure(&error, folder))?;
    match options.output {
        Format::Text => show(&keys, output),
        Format::Json => output.json(&keys.iter().map(described).collect::<Value>()),
    }
    Ok(())
}

fn show(keys: &[KeyRecord], output: &Output) {
    if keys.is_empty() {
        output.line("there are no keys yet: they are made when the server starts first");
        return;
    }
    let widest = keys.iter().map(|key| printable(&key.kid).chars().count());
    let width = widest.max().unwrap_or_default().max("KID".len());
    output.heading(&format!(
        "{:<width$}  {:<9}  {:<8}  {:<20}  SINCE",
        "KID", "ALGORITHM", "STATE", "CREATED"
    ));
    for key in keys {
        output.line(format!(
            "{:<width$}  {:<9}  {:<8}  {:<20}  {}",
            printable(&key.kid),
            key.algorithm.as_str(),
            state_word(key.state),
            rfc3339(key.created_at),
            rfc3339(key.state_since),
        ));
    }
}

fn described(key: &KeyRecord) -> Value {
    let public_jwk: Option<Value> = serde_json::from_str(&key.public_jwk).ok();
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.as_str(),
        "state": state_word(key.state),
        "created_at": rfc3339(key.created_at),
        "state_since": rfc3339(key.state_since),
        "public_jwk": public_jwk,
    })
}
