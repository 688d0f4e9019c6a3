//! The fixes of a refusal, as intents. `m2m-explain` turns them into words, commands and lines of a file.

use core::net::IpAddr;
use std::borrow::Cow;

use m2m_errors::Cause;
use serde::{Deserialize, Serialize};

use super::names::is_of_other_requests;
use super::{
    BasicProblem, Difference, Evidence, HandshakeProblem, HttpProblem, MAX_LISTED,
    MAX_LISTED_BYTES, Suspect,
};
use crate::Check;
use crate::registry::{
    AddressBlock, Api, Application, AuthenticationMethod, Authorization, MANAGEMENT_ALIAS,
    MANAGEMENT_AUDIENCE, Quota, RecordsView,
};

/// A step that fixes the problem. Its values are those of records, of the RFCs, and an address: nothing that an unauthenticated caller wrote.
///
/// As JSON, it is an object with the variant in `kind`, such as `{"kind": "send_client_id", "client_id": "billing-job"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub enum Fix {
    /// Change what makes the handshake of TLS fail.
    CorrectTls { problem: HandshakeProblem },
    /// Send a request, or let the proxy send one, without this problem.
    CorrectHttp { problem: HttpProblem },
    /// Request this path.
    RequestPath { path: Cow<'static, str> },
    /// Request tokens with the client credentials grant, at the token endpoint.
    UseClientCredentials,
    /// Request tokens with POST.
    UsePost,
    /// Send the parameters as a form in the body.
    SendForm,
    /// Send the parameter in the body instead of the URL.
    SendInBody { parameter: Cow<'static, str> },
    /// Remove the parameter from the URL; a client credentials request does not have it.
    RemoveFromUrl { parameter: Cow<'static, str> },
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
    /// Set the variable or the setting that the caller reads its client id from.
    SetClientId,
    /// Send the secret without a usual mistake.
    SendSecretWithout { difference: Difference },
    /// Set the variable or the setting that the caller reads the secret from.
    SetSecret,
    /// Send the whole secret, as it was issued.
    SendWholeSecret,
    /// Send the secret instead of its hash.
    SendSecretNotHash,
    /// Send the secret that belongs to the client id, or this client id, which the secret belongs to.
    SendMatchingCredentials { client_id: Box<str> },
    /// Deploy the current secret of the application to the service.
    DeploySecret { client_id: Box<str> },
    /// Create a new secret for the application, if the current one is lost.
    CreateSecret { client_id: Box<str> },
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
    /// Set another default audience for the application: this one, if there is only one that it is authorized for.
    ChangeDefaultAudience {
        client_id: Box<str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Box<str>>,
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
    /// Allow the application to call from the address, if that belongs to its owner and is not the operator's own proxy. Only a caller that knows the secret
    /// gets as far as this check, so an unknown address means a leaked secret.
    AllowAddress {
        client_id: Box<str>,
        address: IpAddr,
        /// All allowed addresses of the application after the change.
        allowed: Vec<AddressBlock>,
    },
    /// Enable the application, if it was disabled by mistake. The caller knows its secret.
    Enable { client_id: Box<str> },
    /// Remove the expiry of the application, if its service is still needed. The caller knows its secret.
    RemoveExpiry { client_id: Box<str> },
    /// Make the application a confidential client, if it can keep a secret. The caller knows its secret.
    MakeConfidential { client_id: Box<str> },
    /// Allow the client credentials grant to the application, if the application belongs to a service. The caller knows its secret.
    AllowGrantType { client_id: Box<str> },
    /// Allow the method of authentication that the caller uses, if it cannot use another one. The caller knows the secret of the application.
    AllowAuthenticationMethod {
        client_id: Box<str>,
        /// All allowed methods of the application after the change.
        methods: Vec<AuthenticationMethod>,
    },
    /// Raise the quota of the application, if its caller already reuses tokens until they expire.
    RaiseQuota {
        client_id: Box<str>,
        /// The quota after the change.
        quota: Quota,
    },
    /// Allow the application to act as the system user that is assigned to it.
    AllowSystemUser { client_id: Box<str> },
    /// Revoke the tokens of the application up to now, instead of up to a time in the future.
    RevokeTokensUntilNow { client_id: Box<str> },
    /// Resume the organization, if its suspension has ended.
    ResumeOrganization { code: Box<str> },
}

/// Returns the fixes that the evidence suggests, and those that follow from the cause alone, the most helpful first.
pub(super) fn fixes(
    suspect: &Suspect,
    records: RecordsView<'_>,
    evidence: &[Evidence],
) -> Vec<Fix> {
    let application = super::application(suspect, records);
    let mut fixes = Vec::new();
    fixes.extend(application.and_then(|application| of_cause(suspect, application)));
    // The list after all changes, so that the lines of the last one have them all.
    let mut authorize = application.map_or_else(Vec::new, |own| own.spec.authorize.clone());
    for piece in evidence {
        for fix in suggested(piece, application, records, &mut authorize) {
            if !fixes.contains(&fix) && fixes.len() < MAX_LISTED {
                fixes.push(fix);
            }
        }
    }
    let other = application.and_then(|own| other_default(suspect.cause(), own, records, evidence));
    fixes.extend(other);
    fixes
}

/// Returns the change of a default audience that was used and did not help: to the API that defines the scope, or to the only one that the application is
/// authorized for.
fn other_default(
    cause: Cause,
    application: &Application,
    records: RecordsView<'_>,
    evidence: &[Evidence],
) -> Option<Fix> {
    let mut used = evidence.iter();
    if !used.any(|own| matches!(own, Evidence::DefaultAudienceUsed { .. })) {
        return None;
    }
    let is_authorized = |audience: &&str| {
        application
            .spec
            .authorize
            .iter()
            .any(|own| *own.audience == **audience)
    };
    let of_scope = evidence.iter().find_map(|own| {
        let Evidence::ScopeOnOtherApi { audience, .. } = own else {
            return None;
        };
        Some(&**audience).filter(is_authorized)
    });
    let audience = match &*application.spec.authorize {
        _ if matches!(Check::of(cause), Some(Check::Scope)) => Some(of_scope?),
        [only] => Some(&*only.audience),
        _ => None,
    };
    let audience = audience.filter(|audience| ordinary_api(records, audience).is_some());
    Some(Fix::ChangeDefaultAudience {
        client_id: application.client_id.clone(),
        audience: audience.map(Into::into),
    })
}

/// Returns the fix that follows from the cause and the record of the application alone. It gives the application back what it lost, so it is only
/// suggested for a caller that knows a secret in force.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other causes do not suffice for a fix"
)]
fn of_cause(suspect: &Suspect, application: &Application) -> Option<Fix> {
    let client_id = application.client_id.clone();
    // These causes are found after the application was authenticated, or an operator has named it.
    let after_authentication = match suspect.cause() {
        Cause::NotBeforeInFuture => Some(Fix::RevokeTokensUntilNow { client_id }),
        Cause::GrantNotAllowed => Some(Fix::AllowGrantType { client_id }),
        Cause::QuotaExceeded => {
            doubled(application.spec.token_quota?).map(|quota| Fix::RaiseQuota { client_id, quota })
        }
        Cause::SystemUserNotAllowed => {
            let user = application.spec.system_user.as_ref();
            user.map(|_| Fix::AllowSystemUser { client_id })
        }
        _ => None,
    };
    if after_authentication.is_some() {
        return after_authentication;
    }
    let client_id = application.client_id.clone();
    let mut secrets = application.secrets.iter();
    if !secrets.any(|secret| secret.ending.is_none() && suspect.presents(&secret.hash)) {
        return None;
    }
    match suspect.cause() {
        Cause::ApplicationDisabled => Some(Fix::Enable { client_id }),
        Cause::ApplicationExpired => Some(Fix::RemoveExpiry { client_id }),
        Cause::ClientPublic => Some(Fix::MakeConfidential { client_id }),
        // An application has at most one other method, which the caller did not use.
        Cause::AuthenticationMethodNotAllowed => Some(Fix::AllowAuthenticationMethod {
            client_id,
            methods: AuthenticationMethod::ALL.to_vec(),
        }),
        _ => None,
    }
}

/// Returns a quota of twice as many tokens; `None` if a quota cannot have more.
fn doubled(quota: Quota) -> Option<Quota> {
    let tokens = quota.tokens.saturating_mul(2).min(Quota::MAX_TOKENS);
    (tokens > quota.tokens).then_some(Quota { tokens, ..quota })
}

/// Returns the fixes that an observation suggests. `application` is the one that the request names, if it exists.
fn suggested(
    evidence: &Evidence,
    application: Option<&Application>,
    records: RecordsView<'_>,
    authorize: &mut Vec<Authorization>,
) -> Vec<Fix> {
    let client_id = || application.map(|application| application.client_id.clone());
    let fix = match evidence {
        Evidence::CredentialsSwapped { client_id } => Fix::SwapCredentials {
            client_id: client_id.clone(),
        },
        Evidence::ClientIdDiffers { client_id, .. }
        | Evidence::SimilarClientId { client_id }
        | Evidence::SecretAsClientId { client_id } => Fix::SendClientId {
            client_id: client_id.clone(),
        },
        // An unknown client id has no secret that could be sent instead.
        Evidence::SecretOfOtherApplication { client_id } if application.is_none() => {
            Fix::SendClientId {
                client_id: client_id.clone(),
            }
        }
        Evidence::ClientIdPlaceholder { .. } => Fix::SetClientId,
        Evidence::SecretDiffers { difference, .. } => Fix::SendSecretWithout {
            difference: *difference,
        },
        Evidence::SecretPlaceholder { .. } => Fix::SetSecret,
        Evidence::SecretDamaged { .. } => Fix::SendWholeSecret,
        Evidence::SecretHashSent { .. } => {
            let new = client_id().map(|client_id| Fix::CreateSecret { client_id });
            return [Some(Fix::SendSecretNotHash), new]
                .into_iter()
                .flatten()
                .collect();
        }
        // The client id presented is not repeated: where no application has it, it may be a secret.
        Evidence::SecretOfOtherApplication { client_id } => Fix::SendMatchingCredentials {
            client_id: client_id.clone(),
        },
        Evidence::SecretExpired { .. } | Evidence::SecretRotatedOut { .. } => {
            let deploy = client_id().map(|client_id| Fix::DeploySecret { client_id });
            let new = client_id().map(|client_id| Fix::CreateSecret { client_id });
            return [deploy, new].into_iter().flatten().collect();
        }
        // No fix leads to the management API, which an operator has to choose.
        Evidence::AudienceDiffers { audience, .. }
        | Evidence::SimilarAudience { audience, .. }
        | Evidence::AudienceIsName { audience }
        | Evidence::AudienceInScope { audience, .. }
        | Evidence::ScopeOnOtherApi { audience, .. }
            if ordinary_api(records, audience).is_none() =>
        {
            return Vec::new();
        }
        Evidence::AudienceDiffers { audience, .. }
        | Evidence::SimilarAudience { audience, .. }
        | Evidence::AudienceIsName { audience }
        | Evidence::AudienceInScope {
            audience,
            scope: None,
        } => Fix::RequestAudience {
            audience: audience.clone(),
        },
        Evidence::AudienceInScope {
            audience,
            scope: Some(scope),
        } => Fix::RequestScope {
            scope: scope.clone(),
            audience: Some(audience.clone()),
        },
        Evidence::AudienceNotAuthorized { audience, .. } => {
            let own = application.zip(ordinary_api(records, audience));
            return own
                .map(|(own, api)| assign(own, api, audience, None, authorize))
                .into_iter()
                .collect();
        }
        Evidence::ScopeNotAssigned { scope, audience } => {
            let own = application.zip(ordinary_api(records, audience));
            return own
                .map(|(own, api)| assign(own, api, audience, Some(scope), authorize))
                .into_iter()
                .collect();
        }
        Evidence::ScopeOnOtherApi { scope, audience } => Fix::RequestScope {
            scope: scope.clone(),
            audience: Some(audience.clone()),
        },
        Evidence::SeparatedBy { parameter, .. } => Fix::SeparateValues {
            parameter: parameter.clone(),
        },
        Evidence::ScopeDiffers { scope, .. } | Evidence::SimilarScope { scope, .. } => {
            Fix::RequestScope {
                scope: scope.clone(),
                audience: None,
            }
        }
        Evidence::GrantTypeSent { .. } => Fix::SendGrantType {
            grant_type: "client_credentials".into(),
        },
        Evidence::SimilarGrantType { grant_type } => Fix::SendGrantType {
            grant_type: grant_type.clone(),
        },
        Evidence::ContentTypeMissing
        | Evidence::ContentTypeRepeated
        | Evidence::ContentTypeSent { .. }
        | Evidence::SimilarContentType { .. }
        | Evidence::BodyLooksLike { .. } => Fix::SendForm,
        Evidence::HandshakeFailed {
            problem: HandshakeProblem::Other,
        }
        | Evidence::HttpMalformed {
            problem: HttpProblem::Other,
        } => return Vec::new(),
        Evidence::HandshakeFailed { problem } => Fix::CorrectTls { problem: *problem },
        Evidence::HttpMalformed { problem } => Fix::CorrectHttp { problem: *problem },
        Evidence::EndpointMissing { .. } => Fix::UseClientCredentials,
        Evidence::MethodSent { .. } => Fix::UsePost,
        Evidence::SimilarPath { path, .. } => Fix::RequestPath { path: path.clone() },
        Evidence::ParameterInUrl { parameter, .. } if is_of_other_requests(parameter) => {
            Fix::RemoveFromUrl {
                parameter: parameter.clone(),
            }
        }
        Evidence::ParameterInUrl { parameter, .. } => Fix::SendInBody {
            parameter: parameter.clone(),
        },
        Evidence::BasicMalformed { problem } => Fix::EncodeBasic { problem: *problem },
        Evidence::MethodsPresent { .. }
        | Evidence::ClientIdsDiffer { .. }
        | Evidence::SchemeSent { .. } => Fix::UseOneMethod,
        Evidence::SimilarParameter { parameter } | Evidence::ParameterMissing { parameter } => {
            Fix::SendParameter {
                parameter: parameter.clone(),
            }
        }
        Evidence::OrganizationSuspended { code } => Fix::ResumeOrganization { code: code.clone() },
        Evidence::AddressOutside { address, .. } => {
            let fix = application.and_then(|application| allow(application, *address));
            return fix.into_iter().collect();
        }
        // A secret that an operator revoked may have leaked: the advice of the cause begins with that.
        Evidence::SecretRevoked { .. }
        | Evidence::MalformedAt { .. }
        | Evidence::CharsetSent { .. }
        | Evidence::ParameterRepeated { .. }
        | Evidence::ValueMalformedAt { .. }
        | Evidence::UnknownAudience { .. }
        | Evidence::UnknownScope { .. }
        | Evidence::Deleted { .. }
        | Evidence::ApplicationExpired { .. }
        | Evidence::DefaultAudienceUsed { .. }
        | Evidence::AuthorizedFor { .. } => return Vec::new(),
    };
    vec![fix]
}

/// Returns the API of an audience, unless it is the management API: access to that makes an application an operator, which no diagnosis suggests.
fn ordinary_api<'r>(records: RecordsView<'r>, audience: &str) -> Option<&'r Api> {
    let api = super::find_api(records, audience)?;
    // The issuer may have been filled in, so that the audience is not the one of the registry any more.
    let end = MANAGEMENT_ALIAS.strip_prefix(MANAGEMENT_AUDIENCE);
    let mut aliases = api.aliases.iter();
    let is_management = aliases.any(|alias| alias.strip_prefix(&*api.audience) == end);
    (!is_management).then_some(api)
}

/// Authorizes the application for the API, and assigns the scope if there is one.
fn assign(
    application: &Application,
    api: &Api,
    audience: &str,
    scope: Option<&str>,
    authorize: &mut Vec<Authorization>,
) -> Fix {
    let mut existing = authorize.iter_mut();
    let existing = existing.find(|authorization| {
        super::audiences(api).any(|spelled| *spelled == *authorization.audience)
    });
    match existing {
        Some(authorization) => authorization.scopes.extend(scope.map(Into::into)),
        None => authorize.push(Authorization {
            audience: audience.into(),
            scopes: scope.map(Into::into).into_iter().collect(),
        }),
    }
    let client_id = application.client_id.clone();
    let audience = audience.into();
    let authorize = unless_too_many(authorize);
    match scope {
        Some(scope) => Fix::AssignScope {
            client_id,
            audience,
            scope: scope.into(),
            authorize,
        },
        None => Fix::Authorize {
            client_id,
            audience,
            authorize,
        },
    }
}

/// Returns the authorizations, or none if a person would not read them.
fn unless_too_many(authorize: &[Authorization]) -> Vec<Authorization> {
    let bytes = |own: &Authorization| {
        let scopes = own.scopes.iter().map(|scope| scope.len());
        own.audience.len() + scopes.sum::<usize>()
    };
    if authorize.iter().map(bytes).sum::<usize>() <= MAX_LISTED_BYTES {
        authorize.to_vec()
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
