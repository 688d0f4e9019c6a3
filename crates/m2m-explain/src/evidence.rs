//! Evidence in words.

use core::fmt;
use core::fmt::Write as _;

use m2m_authority::diagnose::{Diagnosis, Evidence};
use m2m_authority::redacted;
use m2m_authority::registry::time_text;
use serde::Serialize;
use serde_json::Value;

/// An observation that explains a refusal, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Observation {
    /// The kind of the observation, such as `secret_rotated_out`.
    pub kind: String,
    /// The observation as a sentence, without a full stop.
    pub text: String,
}

/// Returns the evidence of a diagnosis, the most telling first.
#[must_use]
pub fn observations(diagnosis: &Diagnosis) -> Vec<Observation> {
    let evidence = diagnosis.evidence.iter();
    let observation = |evidence| Observation {
        kind: kind(evidence),
        text: evidence_text(evidence),
    };
    evidence.map(observation).collect()
}

/// Returns the name of a variant, as JSON has it.
pub(crate) fn kind(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    let kind = json.get("kind").and_then(Value::as_str);
    kind.unwrap_or_default().to_owned()
}

/// Returns an observation as a sentence, without a full stop. Credentials that a record contains by mistake are redacted.
///
/// ```
/// use m2m_authority::diagnose::Evidence;
///
/// let evidence = Evidence::SimilarClientId { client_id: "billing-job".into() };
/// assert_eq!(
///     m2m_explain::evidence_text(&evidence),
///     "the most similar client id is \"billing-job\""
/// );
/// ```
#[must_use]
pub fn evidence_text(evidence: &Evidence) -> String {
    redacted(&sentence(evidence)).into_owned()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
fn sentence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::MalformedAt { offset } => format!("the body is malformed at byte {offset}"),
        Evidence::ParameterRepeated {
            parameter: Some(name),
            offset,
        } => {
            format!("the parameter {name:?} is repeated at byte {offset} of the body")
        }
        Evidence::ParameterRepeated {
            parameter: None,
            offset,
        } => {
            format!("a parameter is repeated at byte {offset} of the body")
        }
        Evidence::ParameterMissing { parameter } => {
            format!("the parameter {parameter} is missing or empty")
        }
        Evidence::CredentialsSwapped { client_id } => {
            format!(
                "the client id and the secret are swapped: the value sent as the secret is the client id {client_id:?}"
            )
        }
        Evidence::ClientIdDiffers {
            client_id,
            difference,
        } => {
            format!("the client id matches {client_id:?} except for {difference}")
        }
        Evidence::SimilarClientId { client_id } => {
            format!("the most similar client id is {client_id:?}")
        }
        Evidence::SecretDiffers { id, difference } => {
            format!("the presented secret matches the secret {id:?} except for {difference}")
        }
        Evidence::SecretOfOtherApplication { client_id } => {
            format!("the presented secret belongs to the application {client_id:?}")
        }
        Evidence::SecretExpired { id, at } => {
            format!(
                "the presented secret is the secret {id:?}, which expired at {}",
                time_text(*at)
            )
        }
        Evidence::SecretRotatedOut { id, at, by } => {
            format!(
                "the presented secret is the secret {id:?}, which was rotated out at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::SecretRevoked { id, at, by } => {
            format!(
                "the presented secret is the secret {id:?}, which was revoked at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::Deleted { at, by } => {
            format!(
                "the application was deleted at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::AudienceDiffers {
            requested,
            audience,
            difference,
        } => {
            format!(
                "the requested audience {requested:?} matches {audience:?} except for {difference}"
            )
        }
        Evidence::SimilarAudience {
            requested,
            audience,
        } => {
            format!(
                "no API has the audience {requested:?}; the most similar audience is {audience:?}"
            )
        }
        Evidence::AudienceNotAuthorized { audience, api } => {
            format!(
                "{audience:?} is the audience of the API {api:?}, for which the application is not authorized"
            )
        }
        Evidence::AuthorizedFor { audiences } => {
            listed("the application is authorized for:", audiences)
        }
        Evidence::ScopeOnOtherApi { scope, audience } => {
            format!("the scope {scope:?} is defined by another API, {audience:?}")
        }
        Evidence::SimilarScope { requested, scope } => {
            format!(
                "no requested API defines the scope {requested:?}; the most similar scope is {scope:?}"
            )
        }
        Evidence::ScopeNotAssigned { scope, audience } => {
            format!(
                "the API {audience:?} defines the scope {scope:?}, which is not assigned to the application"
            )
        }
        Evidence::SimilarGrantType { grant_type } => {
            format!("the most similar grant type is {grant_type:?}")
        }
        Evidence::OrganizationSuspended { code } => {
            format!("the organization {code:?} is suspended")
        }
        Evidence::AddressOutside { address, allowed } => listed(
            &format!("the address {address} is not allowed; the allowed addresses are:"),
            allowed,
        ),
        // A later release of m2m-authority has more.
        _ => "an observation that this release cannot explain".to_owned(),
    }
}

fn listed(text: &str, values: &[impl fmt::Display]) -> String {
    let mut list = text.to_owned();
    if values.is_empty() {
        list.push_str(" none");
    }
    for (index, value) in values.iter().enumerate() {
        let separator = if index == 0 { " " } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(list, "{separator}{value}");
    }
    list
}
