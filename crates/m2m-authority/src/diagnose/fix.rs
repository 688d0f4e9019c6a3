//! The fixes of a refusal, as intents. `m2m-explain` turns them into words, commands and lines of a file.

use core::net::IpAddr;
use std::borrow::Cow;

use m2m_errors::Cause;
use serde::{Deserialize, Serialize};

use super::{BasicProblem, Difference, Evidence, MAX_LISTED};
use crate::registry::{AddressBlock, Application, Authorization};

/// A step that fixes the problem. Its values are those of records, of the RFCs, and an address: nothing that an unauthenticated caller wrote.
///
/// As JSON, it is an object with the variant in `kind`, such as `{"kind": "send_client_id", "client_id": "billing-job"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub enum Fix {
    /// Request this path.
    RequestPath { path: Cow<'static, str> },
    /// Send the parameters as a form in the body.
    SendForm,
    /// Send the parameter in the body instead of the URL.
    SendInBody { parameter: Cow<'static, str> },
    /// Send the credentials of the Basic header so that they can be read.
    EncodeBasic { problem: BasicProblem },
    /// Authenticate in one way only.
    UseOneMethod,
    /// Send this parameter.
    SendParameter { parameter: Cow<'static, str> },
    /// Send the client id as the client id, and the other value as the secret.
    SwapCredentials { client_id: Box<str> },
    /// Send this client id.
    SendClientId { client_id: Box<str> },
    /// Send the secret without a usual mistake.
    SendSecretWithout { difference: Difference },
    /// Set the variable or the setting that the caller reads the secret from.
    SetSecret,
    /// Send the whole secret, as it was issued.
    SendWholeSecret,
    /// Send the secret instead of its hash. If the secret is lost, the application needs a new one.
    SendSecretNotHash { client_id: Box<str> },
    /// Send the secret that belongs to the client id, or this client id, which the secret belongs to.
    SendMatchingCredentials { client_id: Box<str> },
    /// Deploy the current secret of the application to the caller, or a new one.
    DeploySecret { client_id: Box<str> },
    /// Request this audience.
    RequestAudience { audience: Box<str> },
    /// Request this scope, and this audience if it belongs to another API than those requested.
    RequestScope {
        scope: Box<str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Box<str>>,
    },
    /// Separate the values of the parameter as it requires: scopes by spaces, audiences by repeating the parameter.
    SeparateValues { parameter: Cow<'static, str> },
    /// Send this grant type.
    SendGrantType { grant_type: Box<str> },
    /// Authorize the application for the API.
    Authorize {
        client_id: Box<str>,
        audience: Box<str>,
        /// All authorizations of the application after the change. Empty if they are too many to show.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        authorize: Vec<Authorization>,
    },
    /// Assign the scope of the API to the application.
    AssignScope {
        client_id: Box<str>,
        audience: Box<str>,
        scope: Box<str>,
        /// All authorizations of the application after the change. Empty if they are too many to show.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        authorize: Vec<Authorization>,
    },
    /// Allow the application to call from the address, if its owner confirms that the address is theirs.
    AllowAddress {
        client_id: Box<str>,
        address: IpAddr,
        /// All allowed addresses of the application after the change.
        allowed: Vec<AddressBlock>,
    },
    /// Enable the application.
    Enable { client_id: Box<str> },
    /// Make the application a confidential client, if it can keep a secret.
    MakeConfidential { client_id: Box<str> },
    /// Clear the time before which tokens of the application are revoked.
    ClearNotBefore { client_id: Box<str> },
    /// Resume the organization.
    ResumeOrganization { code: Box<str> },
}

/// Returns the fix that follows from the cause and the record of the application alone.
pub(super) fn of_cause(cause: Cause, application: &Application) -> Option<Fix> {
    let client_id = || application.client_id.clone();
    Some(if cause == Cause::ApplicationDisabled {
        Fix::Enable {
            client_id: client_id(),
        }
    } else if cause == Cause::ClientPublic {
        Fix::MakeConfidential {
            client_id: client_id(),
        }
    } else if cause == Cause::NotBeforeInFuture {
        Fix::ClearNotBefore {
            client_id: client_id(),
        }
    } else {
        return None;
    })
}

/// Returns the fix that an observation suggests. `application` is the one that the request names, if it exists.
pub(super) fn suggested(evidence: &Evidence, application: Option<&Application>) -> Option<Fix> {
    Some(match evidence {
        Evidence::CredentialsSwapped { client_id } => Fix::SwapCredentials {
            client_id: client_id.clone(),
        },
        Evidence::ClientIdDiffers { client_id, .. } | Evidence::SimilarClientId { client_id } => {
            Fix::SendClientId {
                client_id: client_id.clone(),
            }
        }
        Evidence::SecretDiffers { difference, .. } => Fix::SendSecretWithout {
            difference: *difference,
        },
        Evidence::SecretPlaceholder { .. } => Fix::SetSecret,
        Evidence::SecretDamaged { .. } => Fix::SendWholeSecret,
        Evidence::SecretHashSent { .. } => Fix::SendSecretNotHash {
            client_id: application?.client_id.clone(),
        },
        // The client id presented is not repeated: where no application has it, it may be a secret.
        Evidence::SecretOfOtherApplication { client_id } => Fix::SendMatchingCredentials {
            client_id: client_id.clone(),
        },
        Evidence::SecretExpired { .. }
        | Evidence::SecretRotatedOut { .. }
        | Evidence::SecretRevoked { .. } => Fix::DeploySecret {
            client_id: application?.client_id.clone(),
        },
        Evidence::AudienceDiffers { audience, .. } | Evidence::SimilarAudience { audience, .. } => {
            Fix::RequestAudience {
                audience: audience.clone(),
            }
        }
        Evidence::AudienceNotAuthorized { audience, .. } => authorize(application?, audience),
        Evidence::ScopeOnOtherApi { scope, audience } => Fix::RequestScope {
            scope: scope.clone(),
            audience: Some(audience.clone()),
        },
        Evidence::SeparatedByCommas { parameter } => Fix::SeparateValues {
            parameter: parameter.clone(),
        },
        Evidence::ScopeDiffers { scope, .. } | Evidence::SimilarScope { scope, .. } => {
            Fix::RequestScope {
                scope: scope.clone(),
                audience: None,
            }
        }
        Evidence::ScopeNotAssigned { scope, audience } => assign(application?, audience, scope),
        Evidence::SimilarGrantType { grant_type } => Fix::SendGrantType {
            grant_type: grant_type.clone(),
        },
        Evidence::ContentTypeMissing
        | Evidence::ContentTypeRepeated
        | Evidence::ContentTypeSent { .. }
        | Evidence::BodyLooksLike { .. } => Fix::SendForm,
        Evidence::SimilarPath { path } => Fix::RequestPath { path: path.clone() },
        Evidence::ParameterInUrl { parameter } => Fix::SendInBody {
            parameter: parameter.clone(),
        },
        Evidence::BasicMalformed { problem } => Fix::EncodeBasic { problem: *problem },
        Evidence::MethodsPresent { .. } => Fix::UseOneMethod,
        Evidence::SimilarParameter { parameter } | Evidence::ParameterMissing { parameter } => {
            Fix::SendParameter {
                parameter: parameter.clone(),
            }
        }
        Evidence::OrganizationSuspended { code } => Fix::ResumeOrganization { code: code.clone() },
        Evidence::AddressOutside { address, .. } => allow(application?, *address)?,
        Evidence::MalformedAt { .. }
        | Evidence::ParameterRepeated { .. }
        | Evidence::Deleted { .. }
        | Evidence::AuthorizedFor { .. } => return None,
    })
}

fn authorize(application: &Application, audience: &str) -> Fix {
    let mut authorize = application.spec.authorize.clone();
    authorize.push(Authorization {
        audience: audience.into(),
        scopes: Vec::new(),
    });
    Fix::Authorize {
        client_id: application.client_id.clone(),
        audience: audience.into(),
        authorize: unless_too_many(authorize),
    }
}

fn assign(application: &Application, audience: &str, scope: &str) -> Fix {
    let mut authorize = application.spec.authorize.clone();
    let existing = authorize
        .iter_mut()
        .find(|authorization| *authorization.audience == *audience);
    match existing {
        Some(authorization) => authorization.scopes.push(scope.into()),
        None => authorize.push(Authorization {
            audience: audience.into(),
            scopes: vec![scope.into()],
        }),
    }
    Fix::AssignScope {
        client_id: application.client_id.clone(),
        audience: audience.into(),
        scope: scope.into(),
        authorize: unless_too_many(authorize),
    }
}

/// Returns the authorizations, or none if a person would not read them.
fn unless_too_many(authorize: Vec<Authorization>) -> Vec<Authorization> {
    let scopes: usize = authorize
        .iter()
        .map(|authorization| authorization.scopes.len())
        .sum();
    if authorize.len() <= MAX_LISTED && scopes <= 4 * MAX_LISTED {
        authorize
    } else {
        Vec::new()
    }
}

fn allow(application: &Application, address: IpAddr) -> Option<Fix> {
    let block: AddressBlock = address.to_string().parse().ok()?;
    let mut allowed = application.spec.allowed_addresses.clone();
    allowed.push(block);
    if allowed.len() > 2 * MAX_LISTED {
        return None;
    }
    Some(Fix::AllowAddress {
        client_id: application.client_id.clone(),
        address,
        allowed,
    })
}
