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
mod names;
mod nearest;
mod requested;
mod suspect;
mod targets;

pub use connection::{HandshakeProblem, HttpProblem};
pub use evidence::{BasicProblem, BodyForm, Difference, Evidence};
pub use fix::Fix;
pub use form::{missing_endpoint, similar_path};
pub use names::Ignored;
pub(crate) use names::{ignored, in_url};
pub use nearest::{Mistyped, nearest};
pub use requested::{Requested, possible_secrets};
pub use suspect::Suspect;

use m2m_errors::Cause;

use crate::registry::{Api, Application, Ending, RecordsView, StoredSecret};
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
pub fn diagnose<'r>(suspect: &Suspect, records: impl Into<RecordsView<'r>>) -> Diagnosis {
    let records = records.into();
    let cause = suspect.cause();
    let secrets = application(suspect, records).map_or(&[][..], |own| &own.secrets);
    // Whatever the cause, so that the comparisons are the same for every state of an application.
    let likenesses = suspect.likenesses(secrets);
    let found = match cause {
        Cause::ClientUnknown | Cause::ClientIdMalformed => unknown_client(suspect, records),
        Cause::ApplicationDeleted => deleted(suspect, records),
        Cause::ApplicationExpired => expired(suspect, records).into_iter().collect(),
        Cause::SecretWrong => wrong_secret(suspect, records, secrets, &likenesses),
        Cause::SecretRotatedOut | Cause::SecretRevoked | Cause::SecretExpired => {
            ended_secret(suspect, records)
        }
        Cause::AudienceUnknown | Cause::AudienceMalformed => targets::audiences(suspect, records),
        Cause::AudienceNotAuthorized => unauthorized_audience(suspect, records),
        Cause::AudienceMissing => authorized_for(suspect, records).into_iter().collect(),
        Cause::ScopeMalformed => targets::malformed_scope(suspect).into_iter().collect(),
        Cause::ScopeUnknown | Cause::ScopeNotAssigned | Cause::NoScopeAssigned => {
            targets::scopes(suspect, records)
        }
        Cause::GrantTypeUnknown => nearest_grant_type(suspect),
        Cause::GrantTypeUnsupported => sent_grant_type(suspect).into_iter().collect(),
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

fn application<'r>(suspect: &Suspect, records: RecordsView<'r>) -> Option<&'r Application> {
    records
        .applications
        .iter()
        .find(|application| *application.client_id == *suspect.client_id())
}

fn unknown_client(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
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
    } else if let Some(application) = records.applications.iter().find(|application| {
        let mut secrets = application.secrets.iter();
        secrets.any(|secret| suspect.client_id_is_secret(&secret.hash))
    }) {
        evidence.push(Evidence::SecretAsClientId {
            client_id: application.client_id.clone(),
        });
    } else if let Some(placeholder) = mangled::placeholder(suspect.client_id()) {
        evidence.push(Evidence::ClientIdPlaceholder {
            word: placeholder.word(),
        });
    }
    evidence.extend(secret_of_another(suspect, records));
    evidence
}

fn deleted(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
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

fn expired(suspect: &Suspect, records: RecordsView<'_>) -> Option<Evidence> {
    let at = application(suspect, records)?.spec.expires_at?;
    Some(Evidence::ApplicationExpired { at })
}

fn wrong_secret(
    suspect: &Suspect,
    records: RecordsView<'_>,
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

fn secret_of_another(suspect: &Suspect, records: RecordsView<'_>) -> Option<Evidence> {
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

fn ended_secret(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
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

fn find_api<'r>(records: RecordsView<'r>, audience: &str) -> Option<&'r Api> {
    records
        .apis
        .iter()
        .find(|api| audiences(api).any(|spelled| spelled == audience))
}

fn unauthorized_audience(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
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
                requested: Requested::audience(asked, suspect, records),
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

fn authorized_for(suspect: &Suspect, records: RecordsView<'_>) -> Option<Evidence> {
    let application = application(suspect, records)?;
    let mut bytes = 0_usize;
    let audiences = application
        .spec
        .authorize
        .iter()
        .map(|authorization| authorization.audience.clone())
        .take_while(|audience| {
            bytes += audience.len();
            bytes <= MAX_LISTED_BYTES
        });
    Some(Evidence::AuthorizedFor {
        audiences: audiences.take(MAX_LISTED).collect(),
    })
}

/// The maximum number of values that one piece of evidence lists: enough to be useful, few enough to read.
const MAX_LISTED: usize = 8;

/// The maximum length of the values that one piece of evidence lists. Unit: bytes.
const MAX_LISTED_BYTES: usize = 1024;

/// The scopes that an application has on an API, if it is authorized for it.
fn assignment<'a>(application: &'a Application, api: &Api) -> Option<&'a [Box<str>]> {
    let mut authorizations = application.spec.authorize.iter();
    let authorization = authorizations.find(|authorization| {
        audiences(api).any(|audience| *audience == *authorization.audience)
    })?;
    Some(&authorization.scopes)
}

fn sent_grant_type(suspect: &Suspect) -> Option<Evidence> {
    let mut known = oauth_proto::KnownGrantType::ALL.iter();
    let known = known.find(|known| suspect.grant_type() == Some(known.as_str()))?;
    Some(Evidence::GrantTypeSent {
        grant_type: known.as_str().into(),
    })
}

fn nearest_grant_type(suspect: &Suspect) -> Vec<Evidence> {
    let known = oauth_proto::KnownGrantType::ALL
        .iter()
        .map(|known| known.as_str());
    let known = core::iter::once("client_credentials").chain(known);
    let near = suspect.grant_type().and_then(|asked| {
        let asked = asked.strip_prefix(GRANT_TYPE_URN).unwrap_or(asked);
        nearest(&asked.to_ascii_lowercase(), known)
    });
    near.map(|grant_type| Evidence::SimilarGrantType {
        grant_type: grant_type.into(),
    })
    .into_iter()
    .collect()
}

/// The beginning of the grant types that are URNs, which `client_credentials` is not.
const GRANT_TYPE_URN: &str = "urn:ietf:params:oauth:grant-type:";

fn suspended_organization(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
    let code =
        application(suspect, records).and_then(|application| application.spec.organization.clone());
    code.map(|code| Evidence::OrganizationSuspended { code })
        .into_iter()
        .collect()
}

fn address(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
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
