//! The caller that asks about a token.
//!
//! Source: RFC 7662, section 2.1; RFC 7009, section 2.1.

use core::net::IpAddr;
use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use oauth_proto::{IntrospectionRequest, Secret};

use crate::client::Client;
use crate::diagnose::{Evidence, Suspect};
use crate::flow::{
    Body, ClientParameters, Credentials, RawRequest, accept_credentials, accept_form,
    authenticate_client, check_address,
};
use crate::refusal::{RecordedClientId, Refusal};
use crate::{Authority, Policy};

/// A request about a token with a client id and a secret, neither of them verified yet.
#[derive(Debug)]
#[must_use = "an accepted request has to be authenticated"]
pub struct StatedInspection<'r> {
    credentials: Credentials<'r>,
    token: Option<Secret<'r>>,
    address: Option<IpAddr>,
    body: Body<'r>,
}

impl StatedInspection<'_> {
    /// The client id as the request states it, by which the client is loaded.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.credentials.client_id()
    }
}

/// An authenticated application that presents a token. Only [`authenticate_inspector`] creates one.
#[derive(Debug)]
#[must_use = "the application has to be answered"]
pub struct Inspector<'r> {
    client_id: Arc<str>,
    secret: u8,
    token: Secret<'r>,
}

impl Inspector<'_> {
    /// The client id of the application, as the registry spells it.
    #[must_use]
    pub const fn client_id(&self) -> &Arc<str> {
        &self.client_id
    }

    /// The position of the secret that the application used among its secrets.
    #[must_use]
    pub const fn secret(&self) -> u8 {
        self.secret
    }

    /// The token that it presents.
    #[must_use]
    pub fn token_secret(&self) -> &str {
        self.token.expose_secret()
    }

    /// Returns a refusal that is attributed to the application.
    pub fn refuse(&self, cause: Cause) -> Refusal {
        attributed(&self.client_id, cause, Vec::new())
    }
}

/// Accepts a well-formed request about a token.
///
/// # Errors
///
/// A [`Refusal`] for the first of these checks that fails, in the order of [`Check`](crate::Check): method, size, content type, form, repeats,
/// credentials in the URL, number of authentication methods, credentials present.
pub fn accept_inspection<'r>(
    request: RawRequest<'r>,
    authority: &Authority,
) -> Result<StatedInspection<'r>, Refusal> {
    let form = accept_form(&request, authority, IntrospectionRequest::parse)?;
    let client = ClientParameters {
        client_id: form.client_id,
        client_secret: form.client_secret,
        has_assertion: form.client_assertion.is_some() || form.client_assertion_type.is_some(),
    };
    let credentials = accept_credentials(&request, client, authority)?;
    Ok(StatedInspection {
        credentials,
        token: form.token,
        address: request.address,
        body: Body(request.body),
    })
}

/// Authenticates the client that the request states.
///
/// `client` and `policy` are those of the client with the id [`StatedInspection::client_id`] in the registry, if there is one. `now` decides
/// which secrets are in force.
///
/// # Errors
///
/// A [`Refusal`] for the first of these checks that fails: authentication, as at the token endpoint; address policy; token present.
pub fn authenticate_inspector<'r>(
    stated: StatedInspection<'r>,
    client: Option<(&Client, &Policy)>,
    now: UnixTime,
) -> Result<Inspector<'r>, Refusal> {
    let StatedInspection {
        credentials,
        token,
        address,
        body,
    } = stated;
    let known = match client {
        Some((client, _)) => client,
        None => Client::absent(),
    };
    let (secret, _) = authenticate_client(&credentials, body, known, now)?;
    let client_id = Arc::clone(known.client_id());
    if let (Some(address), Some((_, policy))) = (address, client) {
        check_address(policy, address)
            .map_err(|refusal| attributed(&client_id, refusal.cause(), Vec::new()))?;
    }
    // A parameter without a value counts as omitted.
    let Some(token) = token else {
        let missing = Evidence::ParameterMissing {
            parameter: "token".into(),
        };
        return Err(attributed(
            &client_id,
            Cause::TokenParameterMissing,
            vec![missing],
        ));
    };
    Ok(Inspector {
        client_id,
        secret,
        token,
    })
}

fn attributed(client_id: &Arc<str>, cause: Cause, observed: Vec<Evidence>) -> Refusal {
    let suspect = Suspect::of_form(cause, observed).naming(client_id);
    Refusal::of(cause)
        .by(RecordedClientId::Known(Arc::clone(client_id)))
        .suspecting(suspect)
}
