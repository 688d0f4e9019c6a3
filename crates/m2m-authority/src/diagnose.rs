//! The diagnosis of a refusal for the operator, beyond its cause: the evidence and the fixes, as values. `m2m-explain` puts them into words
//! and commands.
//!
//! A refusal carries a [`Suspect`]: the values that the request presented, with secrets only as hashes of themselves and of their
//! normalized variants. The reply is sent first; then a worker passes the suspect and the relevant records to [`diagnose`], so that the
//! evidence does not delay the caller and reveals nothing by timing. All functions here are pure.

mod connection;
mod evidence;
mod fix;
pub(crate) mod form;
mod mangled;
mod nearest;
mod suspect;

pub use connection::{HandshakeProblem, HttpProblem};
pub use evidence::{BasicProblem, BodyForm, Difference, Evidence};
pub use fix::Fix;
pub use form::similar_path;
pub use nearest::nearest;
pub use suspect::Suspect;

use m2m_errors::Cause;
use oauth_proto::Scope;

use crate::registry::{Api, Application, Ending, Records, SecretHash, StoredSecret};
use suspect::Likeness;

/// The diagnosis of a refusal: its cause, the evidence for it, and the fixes.
///
/// Exhaustive: a program that shows or stores a diagnosis has to handle every part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The exact cause of the refusal.
    pub cause: Cause,
    /// The client id that the request named, if an application has it.
    pub client_id: Option<Box<str>>,
    /// The evidence for the cause, the most telling first.
    pub evidence: Vec<Evidence>,
    /// The fixes that the evidence suggests, the most helpful first. If there are none, the general fixes of the cause apply.
    pub fixes: Vec<Fix>,
}

/// Compares what was presented with the records.
///
/// `records` may be a part of the registry; a record that is not in it is not found. They should include the application that was
/// named, the applications that have one of the presented secrets, and the APIs.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other causes need no further evidence"
)]
pub fn diagnose(suspect: &Suspect, records: &Records) -> Diagnosis {
    let cause = suspect.cause();
    let secrets = application(suspect, records).map_or(&[][..], |own| &own.secrets);
    // Whatever the cause, so that the comparisons are the same for every state of an application.
    let likenesses = suspect.likenesses(secrets);
    let found = match cause {
        Cause::ClientUnknown | Cause::ClientIdMalformed => unknown_client(suspect, records),
        Cause::ApplicationDeleted => deleted(suspect, records),
        Cause::SecretWrong => wrong_secret(suspect, records, secrets, &likenesses),
        Cause::SecretRotatedOut | Cause::SecretRevoked | Cause::SecretExpired => {
            ended_secret(suspect, records)
        }
        Cause::AudienceUnknown | Cause::AudienceMalformed => unknown_audience(suspect, records),
        Cause::AudienceNotAuthorized => unauthorized_audience(suspect, records),
        Cause::AudienceMissing => authorized_for(suspect, records).into_iter().collect(),
        Cause::ScopeUnknown => scopes(suspect, records),
        Cause::ScopeNotAssigned | Cause::NoScopeAssigned => scopes(suspect, records),
        Cause::GrantTypeUnknown => nearest_grant_type(suspect),
        Cause::OrganizationSuspended => suspended_organization(suspect, records),
        Cause::AddressNotAllowed => address(suspect, records),
        _ => Vec::new(),
    };
    let observed = suspect.observed().iter().cloned();
    let evidence: Vec<Evidence> = observed.chain(found).take(MAX_LISTED).collect();
    let fixes = fix::fixes(suspect, records, &evidence);
    Diagnosis {
        cause,
        client_id: application(suspect, records).map(|application| application.client_id.clone()),
        evidence,
        fixes,
    }
}

fn application<'r>(suspect: &Suspect, records: &'r Records) -> Option<&'r Application> {
    records
        .applications
        .iter()
        .find(|application| *application.client_id == *suspect.client_id())
}

fn unknown_client(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let swapped = records.applications.iter().find(|application| {
        suspect.secret_is(&application.client_id)
            && application
                .secrets
                .iter()
                .any(|secret| suspect.client_id_is_secret(&secret.hash))
    });
    if let Some(application) = swapped {
        evidence.push(Evidence::CredentialsSwapped {
            client_id: application.client_id.clone(),
        });
        return evidence;
    }
    let ids = || {
        records
            .applications
            .iter()
            .map(|application| &*application.client_id)
    };
    let near = Difference::between(suspect.client_id(), ids());
    if let Some((client_id, difference)) = near {
        evidence.push(Evidence::ClientIdDiffers {
            client_id: client_id.into(),
            difference,
        });
    } else if let Some(client_id) = nearest(suspect.client_id(), ids()) {
        evidence.push(Evidence::SimilarClientId {
            client_id: client_id.into(),
        });
    }
    evidence.extend(secret_of_another(suspect, records));
    evidence
}

fn deleted(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let deletion = records
        .deleted
        .iter()
        .find(|deletion| *deletion.client_id == *suspect.client_id());
    deletion
        .map(|deletion| Evidence::Deleted {
            at: deletion.at,
            by: deletion.by.clone(),
        })
        .into_iter()
        .collect()
}

fn wrong_secret(
    suspect: &Suspect,
    records: &Records,
    secrets: &[StoredSecret],
    likenesses: &[Option<Likeness>],
) -> Vec<Evidence> {
    let alike = secrets.iter().zip(likenesses);
    let alike = alike.filter_map(|(secret, likeness)| Some((secret, (*likeness)?)));
    // Those in force first: to send another one correctly would not help.
    let own = alike.min_by_key(|(secret, _)| secret.ending.is_some());
    let own = own.map(|(secret, likeness)| {
        let id = secret.id.clone();
        match likeness {
            Likeness::Hash => Evidence::SecretHashSent { id },
            Likeness::Without(difference) => Evidence::SecretDiffers { id, difference },
        }
    });
    own.or_else(|| secret_of_another(suspect, records))
        .or_else(|| suspect.secret_form().cloned())
        .into_iter()
        .collect()
}

fn secret_of_another(suspect: &Suspect, records: &Records) -> Option<Evidence> {
    let others = records
        .applications
        .iter()
        .filter(|application| *application.client_id != *suspect.client_id());
    let other = others.into_iter().find(|application| {
        application
            .secrets
            .iter()
            .any(|secret| suspect.presents(&secret.hash))
    })?;
    Some(Evidence::SecretOfOtherApplication {
        client_id: other.client_id.clone(),
    })
}

fn ended_secret(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let Some(application) = application(suspect, records) else {
        return Vec::new();
    };
    let ended = application
        .secrets
        .iter()
        .filter(|secret| suspect.presents(&secret.hash));
    ended
        .filter_map(|secret| {
            let id = secret.id.clone();
            Some(match secret.ending.clone()? {
                Ending::Expires { at } => Evidence::SecretExpired { id, at },
                Ending::RotatedOut { at, by, .. } => Evidence::SecretRotatedOut { id, at, by },
                Ending::Revoked { at, by } => Evidence::SecretRevoked { id, at, by },
            })
        })
        .collect()
}

/// All spellings of the audiences of an API.
fn audiences(api: &Api) -> impl Iterator<Item = &str> {
    core::iter::once(&api.audience)
        .chain(&api.aliases)
        .map(|audience| &**audience)
}

fn find_api<'r>(records: &'r Records, audience: &str) -> Option<&'r Api> {
    records
        .apis
        .iter()
        .find(|api| audiences(api).any(|spelled| spelled == audience))
}

fn unknown_audience(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for asked in suspect
        .audiences()
        .filter(|asked| find_api(records, asked).is_none())
        .filter(|asked| may_be_shown(records, asked, MAX_AUDIENCE_BYTES))
    {
        let all = || records.apis.iter().flat_map(audiences);
        if is_list_of(asked, |part| find_api(records, part).is_some()) {
            evidence.push(Evidence::SeparatedByCommas {
                parameter: "audience".into(),
            });
            continue;
        }
        if let Some((audience, difference)) = Difference::between(asked, all()) {
            evidence.push(Evidence::AudienceDiffers {
                requested: asked.into(),
                audience: audience.into(),
                difference,
            });
        } else if let Some(audience) = nearest(asked, all()) {
            evidence.push(Evidence::SimilarAudience {
                requested: asked.into(),
                audience: audience.into(),
            });
        }
    }
    evidence.extend(authorized_for(suspect, records));
    evidence
}

fn unauthorized_audience(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let Some(application) = application(suspect, records) else {
        return evidence;
    };
    let authorized = || {
        application
            .spec
            .authorize
            .iter()
            .map(|authorization| &*authorization.audience)
    };
    for asked in suspect.audiences() {
        let Some(api) = find_api(records, asked) else {
            continue;
        };
        if authorized().any(|audience| audiences(api).any(|spelled| spelled == audience)) {
            continue;
        }
        if let Some((audience, difference)) = Difference::between(asked, authorized()) {
            evidence.push(Evidence::AudienceDiffers {
                requested: asked.into(),
                audience: audience.into(),
                difference,
            });
        }
        evidence.push(Evidence::AudienceNotAuthorized {
            audience: asked.into(),
            api: api.name.clone(),
        });
    }
    evidence.extend(authorized_for(suspect, records));
    evidence
}

fn authorized_for(suspect: &Suspect, records: &Records) -> Option<Evidence> {
    let application = application(suspect, records)?;
    let audiences = application
        .spec
        .authorize
        .iter()
        .map(|authorization| authorization.audience.clone());
    Some(Evidence::AuthorizedFor {
        audiences: audiences.take(MAX_LISTED).collect(),
    })
}

/// The maximum number of values that one piece of evidence lists: enough to be useful, few enough to read.
const MAX_LISTED: usize = 8;

/// Returns the problem of each requested scope, on the requested audiences, or on all authorized ones if the request names none.
fn scopes(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let Some(application) = application(suspect, records) else {
        return Vec::new();
    };
    let Some(scope) = suspect.scope().and_then(|scope| Scope::parse(scope).ok()) else {
        return Vec::new();
    };
    let asked = |api: &Api| {
        let mut named = suspect.audiences().peekable();
        match named.peek() {
            Some(_) => named.any(|audience| audiences(api).any(|spelled| spelled == audience)),
            None => assignment(application, api).is_some(),
        }
    };
    let (wanted, others): (Vec<&Api>, Vec<&Api>) = records.apis.iter().partition(|api| asked(api));
    let defines = |api: &&&Api, token: &str| api.scopes.iter().any(|scope| *scope.key == *token);
    let mut evidence = Vec::new();
    for token in scope.tokens().take(MAX_TOKENS).map(|token| token.as_str()) {
        if !may_be_shown(records, token, MAX_SCOPE_BYTES) {
            continue;
        }
        let defining: Vec<&&Api> = wanted.iter().filter(|api| defines(api, token)).collect();
        if defining.is_empty() {
            if let Some(other) = others.iter().find(|api| defines(api, token)) {
                evidence.push(Evidence::ScopeOnOtherApi {
                    scope: token.into(),
                    audience: other.audience.clone(),
                });
            }
            let defined = || {
                let scopes = wanted.iter().flat_map(|api| &api.scopes);
                scopes.map(|scope| &*scope.key)
            };
            if is_list_of(token, |part| defined().any(|scope| scope == part)) {
                evidence.push(Evidence::SeparatedByCommas {
                    parameter: "scope".into(),
                });
            } else if let Some((scope, difference)) = Difference::between(token, defined()) {
                evidence.push(Evidence::ScopeDiffers {
                    requested: token.into(),
                    scope: scope.into(),
                    difference,
                });
            } else if let Some(near) = nearest(token, defined()) {
                evidence.push(Evidence::SimilarScope {
                    requested: token.into(),
                    scope: near.into(),
                });
            }
        }
        for api in defining {
            let assigned = assignment(application, api);
            if !assigned.is_some_and(|scopes| scopes.iter().any(|scope| **scope == *token)) {
                evidence.push(Evidence::ScopeNotAssigned {
                    scope: token.into(),
                    audience: api.audience.clone(),
                });
            }
        }
        if evidence.len() >= MAX_LISTED {
            break;
        }
    }
    evidence
}

/// Returns true if a value that the caller wrote may be part of the evidence: it is short, and not a secret in the wrong parameter.
fn may_be_shown(records: &Records, value: &str, max_bytes: usize) -> bool {
    let is_in_grammar = value.bytes().all(|byte| byte.is_ascii_graphic());
    if value.len() > max_bytes || !is_in_grammar {
        return false;
    }
    let hash = SecretHash::of(value.as_bytes());
    let secrets = records.applications.iter().flat_map(|own| &own.secrets);
    !secrets
        .map(|secret| bool::from(secret.hash.constant_time_eq(&hash)))
        .fold(false, |found, is_equal| found | is_equal)
}

/// The maximum number of requested scopes that are compared: the rest of a long list has the same mistake.
const MAX_TOKENS: usize = 32;

/// The maximum length of a requested scope that is shown. Unit: bytes.
const MAX_SCOPE_BYTES: usize = 64;

/// The maximum length of a requested audience that is shown. Unit: bytes.
const MAX_AUDIENCE_BYTES: usize = 200;

/// Returns true if the text is several values that exist, separated by commas.
fn is_list_of(text: &str, exists: impl Fn(&str) -> bool) -> bool {
    text.contains(',') && text.split(',').all(exists)
}

/// The scopes that an application has on an API, if it is authorized for it.
fn assignment<'a>(application: &'a Application, api: &Api) -> Option<&'a [Box<str>]> {
    let mut authorizations = application.spec.authorize.iter();
    let authorization = authorizations.find(|authorization| {
        audiences(api).any(|audience| *audience == *authorization.audience)
    })?;
    Some(&authorization.scopes)
}

fn nearest_grant_type(suspect: &Suspect) -> Vec<Evidence> {
    let known = oauth_proto::KnownGrantType::ALL
        .iter()
        .map(|known| known.as_str());
    let known = core::iter::once("client_credentials").chain(known);
    let near = suspect.grant_type().and_then(|asked| nearest(asked, known));
    near.map(|grant_type| Evidence::SimilarGrantType {
        grant_type: grant_type.into(),
    })
    .into_iter()
    .collect()
}

fn suspended_organization(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let code =
        application(suspect, records).and_then(|application| application.spec.organization.clone());
    code.map(|code| Evidence::OrganizationSuspended { code })
        .into_iter()
        .collect()
}

fn address(suspect: &Suspect, records: &Records) -> Vec<Evidence> {
    let (Some(application), Some(address)) = (application(suspect, records), suspect.address())
    else {
        return Vec::new();
    };
    let allowed = application
        .spec
        .allowed_addresses
        .iter()
        .copied()
        .take(MAX_LISTED)
        .collect();
    vec![Evidence::AddressOutside { address, allowed }]
}
