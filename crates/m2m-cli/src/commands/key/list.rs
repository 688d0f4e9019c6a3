//! `m2m key list`: the signing keys in a data directory, or of a server that runs.

use std::path::Path;

use clap::Args;
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::table::{Table, member};
use m2m_host::timestamp::rfc3339;
use m2m_store::KeyRecord;
use serde_json::{Value, json};

use crate::management::{ApiPath, Management};
use crate::nowhere::nowhere;
use crate::options::{ManagementOptions, OptionalDataOptions};

/// List the signing keys: nothing private.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct KeyListOptions {
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const LIST_EXAMPLES: &str = "\
Examples:
  m2m key list                           of a server that runs: M2M_ISSUER, M2M_CLIENT_ID, M2M_CLIENT_SECRET
  m2m key list --data data               of one that is stopped
  m2m key list --data data --output json";

pub(super) fn list(options: &KeyListOptions, output: &Output) -> Result<(), Failure> {
    let server = &options.management.server;
    let keys = match options.data.folder() {
        Some(folder) => of_data(folder)?,
        None if server.issuer.as_deref().is_none_or(str::is_empty) => {
            return Err(nowhere("there is nowhere to look for keys", "m2m key list"));
        }
        None => Management::connect(server)?.all(&ApiPath::of(["keys"]), "keys")?,
    };
    match options.management.output {
        Format::Text => show(&keys, output),
        Format::Json => output.json(&keys),
    }
    Ok(())
}

fn of_data(folder: &Path) -> Result<Vec<Value>, Failure> {
    let store = data::open(folder, Missing::Refuse)?;
    let keys =
        data::wait(m2m_admin::list_keys(&store))?.map_err(|error| data::failure(&error, folder))?;
    Ok(keys.iter().map(described).collect())
}

fn show(keys: &[Value], output: &Output) {
    let table = Table::new(["KID", "ALGORITHM", "STATE", "CREATED", "SINCE"]);
    let table = keys.iter().fold(table, |table, key| {
        table.with(
            ["kid", "algorithm", "state", "created_at", "state_since"]
                .map(|name| member(key, name)),
        )
    });
    table.print(
        "there are no keys yet: they are made when the server starts first",
        output,
    );
}

fn described(key: &KeyRecord) -> Value {
    let public_jwk: Option<Value> = serde_json::from_str(&key.public_jwk).ok();
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.as_str(),
        "state": key.state.as_str(),
        "created_at": rfc3339(key.created_at),
        "state_since": rfc3339(key.state_since),
        "public_jwk": public_jwk,
    })
}
