//! The judgement of the metadata of an issuer.

use m2m_client::{AuthenticationMethod, AuthorizationServerMetadata};
use oauth_proto::MemberProblem;

use super::observed::without_credentials;
use super::problem::Problem;
use super::step::Step;

/// Adds what is unusual in the metadata for a client that sends its secret by this method.
pub(super) fn judge(
    step: Step,
    metadata: &AuthorizationServerMetadata,
    method: AuthenticationMethod,
) -> Step {
    let mut step = step;
    if let Some(endpoint) = &metadata.token_endpoint {
        step = step.found(format!("token endpoint {}", without_credentials(endpoint)));
    }
    if let Some(jwks_uri) = &metadata.jwks_uri {
        step = step.found(format!("keys at {}", without_credentials(jwks_uri)));
    }
    for member in metadata.skipped() {
        step = step.found(format!("without effect: {member}"));
    }
    let grants = &metadata.grant_types_supported;
    if !grants.is_empty() && !grants.iter().any(|grant| grant == GRANT) {
        step = step.warns(
            Problem::new(format!(
                "the server does not list the grant {GRANT} among those that it supports: {}",
                grants.join(", ")
            ))
            .fix("enable the grant client_credentials on the server, if it has such a setting"),
        );
    }
    let methods = &metadata.token_endpoint_auth_methods_supported;
    if !methods.is_empty() && !methods.iter().any(|own| own == method.as_str()) {
        let problem = Problem::new(format!(
            "the server does not list {} among the methods by which clients send their secret: {}",
            method.as_str(),
            methods.join(", ")
        ));
        step = step.warns(match other(method, methods) {
            Some(flag) => problem.fix(format!("add --auth-method {flag}")),
            None => problem
                .fix("allow a client secret for the application, if the server has such a setting"),
        });
    }
    step
}

/// Returns the problem of metadata that name no place of the keys.
pub(super) fn without_keys(metadata: &AuthorizationServerMetadata) -> Problem {
    let problem = metadata.problem_of("jwks_uri");
    let meaning = if matches!(problem, MemberProblem::Missing) {
        "the metadata have no jwks_uri: an API cannot find the keys to verify a token with"
            .to_owned()
    } else {
        format!("the jwks_uri in the metadata {problem}")
    };
    Problem::new(meaning).fix(
        "if tokens of this server are JWTs, configure the address of its keys in the API; if not, the API has to ask the introspection endpoint",
    )
}

/// Returns the flag for the other method, if the server lists it.
fn other(method: AuthenticationMethod, methods: &[String]) -> Option<&'static str> {
    let (other, flag) = match method {
        AuthenticationMethod::ClientSecretBasic => (AuthenticationMethod::ClientSecretPost, "post"),
        AuthenticationMethod::ClientSecretPost => {
            (AuthenticationMethod::ClientSecretBasic, "basic")
        }
        _ => return None,
    };
    let is_listed = methods.iter().any(|own| own == other.as_str());
    is_listed.then_some(flag)
}

const GRANT: &str = "client_credentials";
