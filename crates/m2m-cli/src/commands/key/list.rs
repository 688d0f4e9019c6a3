//! `m2m key list`: the signing keys in a data directory, or of a running server.

use std::path::Path;

use clap::Args;
use m2m_admin::KEY_ANNOUNCE_SECONDS;
use m2m_api::operations::{KeyShown, ListKeys};
use m2m_api::{NoBody, NoNames, NoQuery};
use m2m_authority::registry::KeyState;
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::table::{Table, cell};
use m2m_host::timestamp::rfc3339;
use m2m_store::KeyRecord;
use serde::Serialize;
use serde_json::Value;

use crate::done::document;
use crate::management::Management;
use crate::nowhere::nowhere;
use crate::options::{ManagementOptions, OptionalDataOptions};

/// List the signing keys, without their private parts.
///
/// UNTIL is the time of the next step of the schedule (m2m serve --key-rotation-days): an active key stops signing, a next key starts to sign, or a retiring
/// key is removed from the JWK set, at the latest. Only a running server knows its schedule. Imported keys are not replaced by the schedule.
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
  m2m key list                           # the server that M2M_ISSUER names
  m2m key list --data data               # a stopped server
  m2m key list --data data --output json";

pub(super) fn list(options: &KeyListOptions, output: &Output) -> Result<(), Failure> {
    let server = &options.management.server;
    let keys = match options.data.folder() {
        Some(folder) => of_data(folder)?,
        None if server.issuer.as_deref().is_none_or(str::is_empty) => {
            return Err(nowhere(
                "no server and no data directory is given",
                "m2m key list",
            ));
        }
        None => {
            let management = Management::connect(server)?;
            let answer = management.call::<ListKeys>(&NoNames, &NoQuery {}, &NoBody)?;
            answer.keys.iter().map(Listed::of_server).collect()
        }
    };
    match options.management.output {
        Format::Text => show(&keys, output),
        Format::Json => output.json(&document(&keys)),
    }
    Ok(())
}

/// A signing key in the list.
#[derive(Debug, Serialize)]
struct Listed {
    kid: String,
    algorithm: String,
    state: String,
    created_at: String,
    state_since: String,
    /// The time from which an announced key may sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    signs_from: Option<String>,
    /// Whether a server generated the key, or it was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// The time of the next scheduled rotation, if a running server is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_at: Option<String>,
    /// The latest time at which a retiring key is removed from the JWK set.
    #[serde(skip_serializing_if = "Option::is_none")]
    retires_at: Option<String>,
    /// The public key, if a data directory is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_jwk: Option<Value>,
}

impl Listed {
    fn of_server(key: &KeyShown) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            state: key.state.clone(),
            created_at: key.created_at.clone(),
            state_since: key.state_since.clone(),
            signs_from: key.signs_from.clone(),
            origin: key.origin.clone(),
            next_rotation_at: key.next_rotation_at.clone(),
            retires_at: key.retires_at.clone(),
            public_jwk: None,
        }
    }

    /// Returns the time at which the schedule brings the key to another state.
    fn until(&self) -> Option<&str> {
        self.next_rotation_at
            .as_deref()
            .or(self.retires_at.as_deref())
            .or(self.signs_from.as_deref())
    }

    fn of_data(key: &KeyRecord) -> Self {
        Self {
            kid: key.kid.to_string(),
            algorithm: key.algorithm.to_string(),
            state: key.state.as_str().to_owned(),
            created_at: rfc3339(key.created_at),
            state_since: rfc3339(key.state_since),
            signs_from: (key.state == KeyState::Next)
                .then(|| key.state_since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS))
                .map(rfc3339),
            origin: Some(key.origin.as_str().to_owned()),
            next_rotation_at: None,
            retires_at: m2m_admin::retires_at(key).map(rfc3339),
            public_jwk: serde_json::from_str(&key.public_jwk).ok(),
        }
    }
}

fn of_data(folder: &Path) -> Result<Vec<Listed>, Failure> {
    let store = data::open(folder, Missing::Refuse)?;
    let keys =
        data::wait(m2m_admin::list_keys(&store))?.map_err(|error| data::failure(&error, folder))?;
    Ok(keys.iter().map(Listed::of_data).collect())
}

fn show(keys: &[Listed], output: &Output) {
    let table = Table::new(["KID", "ALGORITHM", "STATE", "CREATED", "SINCE", "UNTIL"]);
    let table = keys.iter().fold(table, |table, key| {
        table.with([
            cell(&key.kid),
            cell(&key.algorithm),
            cell(&key.state),
            cell(&key.created_at),
            cell(&key.state_since),
            cell(&key.until().unwrap_or("-")),
        ])
    });
    table.print(
        "there are no keys yet: they are created at the first start of the server",
        output,
    );
}
