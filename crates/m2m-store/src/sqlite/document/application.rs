//! An application as a document.

use m2m_authority::registry::{
    Application, ApplicationState, AuthenticationMethods, Authorization, ClientType, Ending,
    GrantTypes, Lifetime, Quota, QuotaMode, SecretHash, StoredSecret, SystemUser,
};
use m2m_jwt::{PropertyValue, UnixTime};
use serde::{Deserialize, Serialize};

use super::scalar::Scalar;
use super::{IntoRecord, SHAPE};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sqlite) struct ApplicationShape {
    v: u8,
    name: Box<str>,
    client_id: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<Box<str>>,
    enabled: bool,
    client_type: ClientTypeShape,
    client_credentials: bool,
    client_secret_basic: bool,
    client_secret_post: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<SecretShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system_user: Option<Box<str>>,
    system_user_allowed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_lifetime: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed_addresses: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_quota: Option<QuotaShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    properties: Vec<(Box<str>, Scalar)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    token_properties: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    feature_flags: Vec<(Box<str>, Scalar)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    token_feature_flags: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    authorizations: Vec<AuthorizationShape>,
    is_management: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClientTypeShape {
    Confidential,
    Public,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretShape {
    id: Box<str>,
    hash: Box<str>,
    created_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ending: Option<EndingShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingShape {
    why: EndingReason,
    at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EndingReason {
    Expires,
    RotatedOut,
    Revoked,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaShape {
    tokens: u64,
    window_seconds: u64,
    mode: QuotaModeShape,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum QuotaModeShape {
    Warn,
    Enforce,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorizationShape {
    audience: Box<str>,
    scopes: Vec<Box<str>>,
}

impl From<&Application> for ApplicationShape {
    fn from(application: &Application) -> Self {
        Self {
            v: SHAPE,
            name: application.name.clone(),
            client_id: application.client_id.clone(),
            organization: application.organization.clone(),
            enabled: application.state == ApplicationState::Enabled,
            client_type: match application.client_type {
                ClientType::Confidential => ClientTypeShape::Confidential,
                ClientType::Public => ClientTypeShape::Public,
            },
            client_credentials: application.grant_types.client_credentials,
            client_secret_basic: application.authentication_methods.client_secret_basic,
            client_secret_post: application.authentication_methods.client_secret_post,
            secrets: application.secrets.iter().map(secret).collect(),
            system_user: application.system_user.name.clone(),
            system_user_allowed: application.system_user.allowed,
            token_lifetime: application.token_lifetime.map(Lifetime::as_seconds),
            not_before: application.not_before.map(UnixTime::as_seconds),
            allowed_addresses: application
                .allowed_addresses
                .iter()
                .map(|block| block.to_string().into())
                .collect(),
            token_quota: application.token_quota.map(|quota| QuotaShape {
                tokens: quota.tokens,
                window_seconds: quota.window_seconds,
                mode: match quota.mode {
                    QuotaMode::Warn => QuotaModeShape::Warn,
                    QuotaMode::Enforce => QuotaModeShape::Enforce,
                },
            }),
            properties: scalars(&application.properties),
            token_properties: application.token_properties.clone(),
            feature_flags: scalars(&application.feature_flags),
            token_feature_flags: application.token_feature_flags.clone(),
            authorizations: application
                .authorizations
                .iter()
                .map(|authorization| AuthorizationShape {
                    audience: authorization.audience.clone(),
                    scopes: authorization.scopes.clone(),
                })
                .collect(),
            is_management: application.is_management,
        }
    }
}

impl IntoRecord<Application> for ApplicationShape {
    fn version(&self) -> u8 {
        self.v
    }

    fn into_record(self) -> Option<Application> {
        let lifetime = match self.token_lifetime {
            Some(seconds) => Some(Lifetime::from_seconds(seconds).ok()?),
            None => None,
        };
        let addresses: Result<Vec<_>, _> = self
            .allowed_addresses
            .iter()
            .map(|block| block.parse())
            .collect();
        Some(Application {
            name: self.name,
            client_id: self.client_id,
            organization: self.organization,
            state: if self.enabled {
                ApplicationState::Enabled
            } else {
                ApplicationState::Disabled
            },
            client_type: match self.client_type {
                ClientTypeShape::Confidential => ClientType::Confidential,
                ClientTypeShape::Public => ClientType::Public,
            },
            grant_types: GrantTypes {
                client_credentials: self.client_credentials,
            },
            authentication_methods: AuthenticationMethods {
                client_secret_basic: self.client_secret_basic,
                client_secret_post: self.client_secret_post,
            },
            secrets: self
                .secrets
                .into_iter()
                .map(SecretShape::into_secret)
                .collect::<Option<_>>()?,
            system_user: SystemUser {
                name: self.system_user,
                allowed: self.system_user_allowed,
            },
            token_lifetime: lifetime,
            not_before: self.not_before.map(UnixTime::from_seconds),
            allowed_addresses: addresses.ok()?,
            token_quota: self.token_quota.map(|quota| Quota {
                tokens: quota.tokens,
                window_seconds: quota.window_seconds,
                mode: match quota.mode {
                    QuotaModeShape::Warn => QuotaMode::Warn,
                    QuotaModeShape::Enforce => QuotaMode::Enforce,
                },
            }),
            properties: values(self.properties),
            token_properties: self.token_properties,
            feature_flags: values(self.feature_flags),
            token_feature_flags: self.token_feature_flags,
            authorizations: self
                .authorizations
                .into_iter()
                .map(|authorization| Authorization {
                    audience: authorization.audience,
                    scopes: authorization.scopes,
                })
                .collect(),
            is_management: self.is_management,
        })
    }
}

impl SecretShape {
    fn into_secret(self) -> Option<StoredSecret> {
        let ending = match self.ending {
            Some(ending) => Some(ending.into_ending()?),
            None => None,
        };
        Some(StoredSecret {
            id: self.id,
            hash: SecretHash::from_base64(&self.hash).ok()?,
            created_at: UnixTime::from_seconds(self.created_at),
            ending,
        })
    }
}

impl EndingShape {
    fn into_ending(self) -> Option<Ending> {
        let at = UnixTime::from_seconds(self.at);
        Some(match (self.why, self.by) {
            (EndingReason::Expires, None) => Ending::Expires { at },
            (EndingReason::RotatedOut, Some(by)) => Ending::RotatedOut { at, by },
            (EndingReason::Revoked, Some(by)) => Ending::Revoked { at, by },
            (EndingReason::Expires, Some(_))
            | (EndingReason::RotatedOut | EndingReason::Revoked, None) => return None,
        })
    }
}

fn secret(secret: &StoredSecret) -> SecretShape {
    let ending = secret.ending.as_ref().map(|ending| {
        let (why, by) = match ending {
            Ending::Expires { .. } => (EndingReason::Expires, None),
            Ending::RotatedOut { by, .. } => (EndingReason::RotatedOut, Some(by.clone())),
            Ending::Revoked { by, .. } => (EndingReason::Revoked, Some(by.clone())),
        };
        EndingShape {
            why,
            at: ending.at().as_seconds(),
            by,
        }
    });
    SecretShape {
        id: secret.id.clone(),
        hash: secret.hash.to_base64().into(),
        created_at: secret.created_at.as_seconds(),
        ending,
    }
}

pub(super) fn scalars(values: &[(Box<str>, PropertyValue)]) -> Vec<(Box<str>, Scalar)> {
    values
        .iter()
        .map(|(key, value)| (key.clone(), Scalar(value.clone())))
        .collect()
}

pub(super) fn values(scalars: Vec<(Box<str>, Scalar)>) -> Vec<(Box<str>, PropertyValue)> {
    scalars
        .into_iter()
        .map(|(key, Scalar(value))| (key, value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{read, write};
    use super::*;

    /// One with every member set, so that a member that is forgotten here is found.
    fn full() -> Application {
        let time = UnixTime::from_seconds;
        let hash = SecretHash::of(b"a");
        let mut application = Application::new("Näme \"quoted\"", "my.trusted.app/service")
            .authorized("https://api.example", &["a", "b"])
            .with_secret(StoredSecret::new("1", hash, time(1)))
            .with_secret(
                StoredSecret::new("2", hash, time(2)).ending(Ending::Expires { at: time(3) }),
            )
            .with_secret(
                StoredSecret::new("3", hash, time(2)).ending(Ending::RotatedOut {
                    at: time(3),
                    by: "who".into(),
                }),
            )
            .with_secret(
                StoredSecret::new("4", hash, time(2)).ending(Ending::Revoked {
                    at: time(3),
                    by: "who".into(),
                }),
            );
        application.organization = Some("org".into());
        application.state = ApplicationState::Disabled;
        application.client_type = ClientType::Public;
        application.grant_types.client_credentials = false;
        application.authentication_methods.client_secret_basic = false;
        application.authentication_methods.client_secret_post = false;
        application.system_user = SystemUser {
            name: Some("user".into()),
            allowed: true,
        };
        application.token_lifetime = Lifetime::from_seconds(60).ok();
        application.not_before = Some(time(u64::MAX));
        application.allowed_addresses = vec!["10.0.0.0/8".parse().expect("a block")];
        application.token_quota = Some(Quota {
            tokens: u64::MAX,
            window_seconds: 60,
            mode: QuotaMode::Enforce,
        });
        application.properties = vec![
            ("b".into(), PropertyValue::Boolean(true)),
            ("a".into(), PropertyValue::Text("\u{1f980}\n".into())),
            ("c".into(), PropertyValue::Integer(i64::MIN)),
        ];
        application.token_properties = vec!["b".into(), "a".into()];
        application.feature_flags = vec![("f".into(), PropertyValue::Integer(7))];
        application.token_feature_flags = vec!["g".into()];
        application.is_management = true;
        application
    }

    #[test]
    fn a_document_is_read_as_it_was_written() {
        for application in [full(), Application::new("", "c")] {
            let document = write(&application).unwrap();
            let again: Application = read(&document).unwrap();
            // The hashes do not show in `Debug`; they show in the document.
            assert_eq!(format!("{again:?}"), format!("{application:?}"));
            assert_eq!(write(&again).unwrap(), document);
        }
    }

    #[test]
    fn what_a_document_does_not_say_has_its_default() {
        let document = r#"{"v":1,"name":"n","client_id":"c","enabled":true,"client_type":"confidential","client_credentials":true,"client_secret_basic":true,"client_secret_post":true,"system_user_allowed":false,"is_management":false}"#;
        let application: Application = read(document).unwrap();
        assert_eq!(
            format!("{application:?}"),
            format!("{:?}", Application::new("n", "c"))
        );
    }

    #[test]
    fn what_this_release_does_not_know_is_refused_without_its_content() {
        let document = write(&full()).unwrap();
        for (known, changed) in [
            ("\"v\":1", "\"v\":2"),
            (
                "\"is_management\":true",
                "\"is_management\":true,\"only_on\":\"sunday\"",
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
