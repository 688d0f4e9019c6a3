//! The export of a registry to a file.

mod text;

use core::ops::ControlFlow;

use m2m_authority::registry::{
    Api, Application, ApplicationSpec, MANAGEMENT_ALIAS, Organization, Property,
};
use m2m_jwt::UnixTime;
use m2m_store::{AnyRecord, Backend, StoreError};
use serde::Serialize;

use crate::secrets::newest_live;

use text::Table;

/// The treatment of the hashes of secrets in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretHashes {
    /// The file does not contain hashes. When it is applied, existing applications keep their secrets and others get new ones.
    LeftOut,
    /// The file contains, for each application, the hash of its latest secret that is valid.
    Included,
}

/// Returns the registry as `world.toml`. Default values are left out, and the same registry always gives the same text. Applying the file changes
/// nothing.
///
/// # Errors
///
/// An error if the store cannot be read.
pub async fn export<B: Backend>(
    backend: &B,
    secret_hashes: SecretHashes,
    now: UnixTime,
) -> Result<String, StoreError> {
    let file = export_within(backend, secret_hashes, now, usize::MAX).await?;
    // The text cannot be longer than this.
    Ok(file.unwrap_or_default())
}

/// Returns the registry as `world.toml`, or `None` if the text would have more bytes than `most`. The registry is read record by record, and is never
/// in memory as a whole.
///
/// # Errors
///
/// An error if the store cannot be read.
pub(crate) async fn export_within<B: Backend>(
    backend: &B,
    secret_hashes: SecretHashes,
    now: UnixTime,
    most: usize,
) -> Result<Option<String>, StoreError> {
    let file = String::from(match secret_hashes {
        SecretHashes::LeftOut => {
            "# A registry of m2m, without secrets: `m2m apply -f` does not change existing secrets.\n"
        }
        SecretHashes::Included => {
            "# A registry of m2m, with hashes of secrets. Keep it private: a secret that was not generated can be guessed from its hash.\n"
        }
    });
    let writing = Writing {
        file,
        secret_hashes,
        now,
        most,
    };
    let Writing { file, .. } = backend.walk(writing, Writing::write).await?;
    Ok((file.len() <= most).then_some(file))
}

/// A file that is being written.
struct Writing {
    file: String,
    secret_hashes: SecretHashes,
    now: UnixTime,
    most: usize,
}

impl Writing {
    fn write(&mut self, record: AnyRecord) -> ControlFlow<()> {
        let table = match record {
            AnyRecord::Api(stored) => api(&stored.value),
            AnyRecord::Organization(stored) => organization(&stored.value),
            AnyRecord::Property(stored) => property(&stored.value),
            AnyRecord::Application(stored) => {
                application(&stored.value, self.secret_hashes, self.now)
            }
        };
        table.write(&mut self.file);
        if self.file.len() > self.most {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

fn api(api: &Api) -> Table {
    let mut plain = Api::new("", "");
    if api.is_management() {
        plain.aliases.push(MANAGEMENT_ALIAS.into());
    }
    plain.earlier_algs.clone_from(&api.earlier_algs);
    let mut table = Table::new("api");
    table.fields(fields(api, &plain, &["name", "audience"]));
    table
}

fn organization(organization: &Organization) -> Table {
    let plain = Organization::new("", &organization.code);
    let mut table = Table::new("organization");
    table.fields(fields(organization, &plain, &["code"]));
    table
}

fn property(property: &Property) -> Table {
    let plain = Property::new("", &property.key);
    let mut table = Table::new("property");
    table.fields(fields(property, &plain, &["key"]));
    table
}

fn application(application: &Application, secret_hashes: SecretHashes, now: UnixTime) -> Table {
    let mut table = Table::new("application");
    let mut fields = fields(&application.spec, &ApplicationSpec::new(""), &["name"]);
    let rest = fields.split_off(fields.len().min(1));
    table.fields(fields);
    table.text("client_id", &application.client_id);
    match secret_hashes {
        SecretHashes::LeftOut => {}
        SecretHashes::Included => {
            if let Some(secret) = newest_live(&application.secrets, now) {
                table.text("secret_sha256", &secret.hash.to_base64());
            }
        }
    }
    table.fields(rest);
    table
}

/// Returns the fields of a record in their order, without those that have a default value. The fields in `always` are included in any case.
fn fields<T: Serialize>(record: &T, plain: &T, always: &[&str]) -> Vec<(String, toml::Value)> {
    let fields = |record: &T| match toml::Value::try_from(record) {
        Ok(toml::Value::Table(fields)) => fields,
        // Every record is a table.
        Ok(_) | Err(_) => toml::Table::new(),
    };
    let plain = fields(plain);
    fields(record)
        .into_iter()
        .filter(|(name, value)| always.contains(&&**name) || plain.get(name) != Some(value))
        .collect()
}
