//! Records as JSON documents: each in one spelling, together with the version of the shape (`v`).
//!
//! A document states every value, so that a different default in a later release changes no record. An unknown field is refused: it
//! might be a restriction.

use m2m_authority::registry::{
    Api, Application, ApplicationSpec, Ending, Organization, Property, SecretHash, StoredSecret,
};
use m2m_jwt::UnixTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::StoreError;

/// The shape that this release writes.
const SHAPE: u8 = 2;

/// A record that is kept as a document.
pub(super) trait Document: Sized {
    /// The name of its table.
    const TABLE: &'static str;

    /// Writes the document.
    fn write(&self) -> serde_json::Result<String>;

    /// Reads the shape and the record of a document.
    fn read(document: &str) -> serde_json::Result<(u8, Self)>;
}

/// Writes the document of a record.
///
/// # Errors
///
/// An error is not known to occur: every record can be written as JSON.
pub(super) fn write<T: Document>(record: &T) -> Result<String, Fault> {
    record.write().map_err(|_| {
        Fault::Store(StoreError::Failed {
            why: format!(
                "a record of the table {} cannot be serialized as JSON",
                T::TABLE
            )
            .into(),
        })
    })
}

/// Reads the record of a document.
///
/// # Errors
///
/// [`Fault::Damaged`] if the text is not such a document. The error does not repeat the text, which has hashes of secrets in it.
pub(super) fn read<T: Document>(document: &str) -> Result<T, Fault> {
    let damaged = |what: core::fmt::Arguments<'_>| {
        Fault::Damaged(format!("a record in the table {} {what}", T::TABLE).into())
    };
    match T::read(document) {
        Ok((SHAPE, record)) => Ok(record),
        Ok((shape, _)) => Err(damaged(format_args!("has the unknown shape {shape}"))),
        Err(error) => Err(damaged(format_args!(
            "is invalid at byte {}",
            error.column()
        ))),
    }
}

/// A record that has no secrets.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<T> {
    v: u8,
    spec: T,
}

macro_rules! documents {
    ($($record:ident: $table:literal;)+) => {$(
        impl Document for $record {
            const TABLE: &'static str = $table;

            fn write(&self) -> serde_json::Result<String> {
                serde_json::to_string(&Record { v: SHAPE, spec: self })
            }

            fn read(document: &str) -> serde_json::Result<(u8, Self)> {
                let Record { v, spec } = from_str(document)?;
                Ok((v, spec))
            }
        }
    )+};
}

documents! {
    Api: "api";
    Organization: "organization";
    Property: "property";
}

/// An application with its secrets.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApplicationDocument<S> {
    v: u8,
    client_id: Box<str>,
    spec: S,
    secrets: Vec<Secret>,
}

/// A secret: the one place of the store where its hash is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    id: Box<str>,
    #[serde(with = "hash")]
    hash: SecretHash,
    #[serde(with = "seconds")]
    created_at: UnixTime,
    ending: Option<SecretEnding>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "why", rename_all = "snake_case")]
enum SecretEnding {
    Expires {
        #[serde(with = "seconds")]
        at: UnixTime,
    },
    RotatedOut {
        #[serde(with = "seconds")]
        at: UnixTime,
        #[serde(default)]
        at_once: bool,
        by: Box<str>,
    },
    Revoked {
        #[serde(with = "seconds")]
        at: UnixTime,
        by: Box<str>,
    },
}

impl Document for Application {
    const TABLE: &'static str = "application";

    fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(&ApplicationDocument {
            v: SHAPE,
            client_id: self.client_id.clone(),
            spec: &self.spec,
            secrets: self.secrets.iter().map(Secret::from).collect(),
        })
    }

    fn read(document: &str) -> serde_json::Result<(u8, Self)> {
        let document: ApplicationDocument<ApplicationSpec> = from_str(document)?;
        let secrets = document.secrets.into_iter().map(StoredSecret::from);
        let application = Self {
            client_id: document.client_id,
            spec: document.spec,
            secrets: secrets.collect(),
        };
        Ok((document.v, application))
    }
}

fn from_str<T: DeserializeOwned>(document: &str) -> serde_json::Result<T> {
    serde_json::from_str(document)
}

impl From<&StoredSecret> for Secret {
    fn from(secret: &StoredSecret) -> Self {
        let ending = secret.ending.clone().map(|ending| match ending {
            Ending::Expires { at } => SecretEnding::Expires { at },
            Ending::RotatedOut { at, at_once, by } => SecretEnding::RotatedOut { at, at_once, by },
            Ending::Revoked { at, by } => SecretEnding::Revoked { at, by },
        });
        Self {
            id: secret.id.clone(),
            hash: secret.hash,
            created_at: secret.created_at,
            ending,
        }
    }
}

impl From<Secret> for StoredSecret {
    fn from(secret: Secret) -> Self {
        let ending = secret.ending.map(|ending| match ending {
            SecretEnding::Expires { at } => Ending::Expires { at },
            SecretEnding::RotatedOut { at, at_once, by } => Ending::RotatedOut { at, at_once, by },
            SecretEnding::Revoked { at, by } => Ending::Revoked { at, by },
        });
        Self {
            id: secret.id,
            hash: secret.hash,
            created_at: secret.created_at,
            ending,
        }
    }
}

/// Times as seconds since 1970.
mod seconds {
    use m2m_jwt::UnixTime;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &UnixTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(time.as_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<UnixTime, D::Error> {
        u64::deserialize(from).map(UnixTime::from_seconds)
    }
}

/// Hashes as base64.
mod hash {
    use m2m_authority::registry::SecretHash;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(hash: &SecretHash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hash.to_base64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SecretHash, D::Error> {
        let text = <&str>::deserialize(from)?;
        SecretHash::from_base64(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an application with a secret of each kind.
    fn full() -> Application {
        let time = UnixTime::from_seconds;
        let hash = SecretHash::of(b"a");
        let by = || Box::from("who");
        let secret = |id, ending: Option<Ending>| {
            let secret = StoredSecret::new(id, hash, time(2));
            match ending {
                Some(ending) => secret.ending(ending),
                None => secret,
            }
        };
        let mut application = Application::new("Näme \"quoted\"", "my.trusted.app/service")
            .authorized("https://api.example", &["a", "b"])
            .with_secret(secret("1", None))
            .with_secret(secret("2", Some(Ending::Expires { at: time(u64::MAX) })))
            .with_secret(secret(
                "3",
                Some(Ending::RotatedOut {
                    at: time(3),
                    at_once: true,
                    by: by(),
                }),
            ))
            .with_secret(secret(
                "4",
                Some(Ending::Revoked {
                    at: time(3),
                    by: by(),
                }),
            ));
        application.spec.allowed_addresses = vec!["10.0.0.0/8".parse().expect("a block")];
        application
    }

    #[test]
    fn a_document_is_read_as_it_was_written() {
        for application in [full(), Application::new("", "c")] {
            let document = write(&application).unwrap();
            let again: Application = read(&document).unwrap();
            // `Debug` omits the hashes; the document contains them.
            assert_eq!(format!("{again:?}"), format!("{application:?}"));
            assert_eq!(write(&again).unwrap(), document);
        }
    }

    #[test]
    fn a_document_with_unknown_content_is_refused_and_the_error_does_not_repeat_it() {
        let document = write(&full()).unwrap();
        for (known, changed) in [
            ("\"v\":2", "\"v\":1"),
            ("\"v\":2", "\"v\":2,\"only_on\":\"sunday\""),
            (
                "\"enabled\":true",
                "\"enabled\":true,\"only_on\":\"sunday\"",
            ),
            ("\"hash\":\"", "\"hash\":\"x"),
            ("\"rotated_out\"", "\"lost\""),
            ("10.0.0.0/8", "10.1.0.0/8"),
            ("\"by\":\"who\"", "\"by\":null"),
        ] {
            assert!(document.contains(known), "{known}");
            let error = read::<Application>(&document.replacen(known, changed, 1)).unwrap_err();
            let text = format!("{error:?}");
            assert!(!text.contains("ypeBEsob"), "{text}");
            assert!(text.contains("application"), "{text}");
        }
    }
}
