//! The fields of an API, as options and as members of a request.
//!
//! A new field needs a member of [`ApiFields`], a line in `set!` and, if it can be cleared, a variant of [`ApiClear`].

use clap::{Args, ValueEnum};
use m2m_api::operations::{ApiChange, NewApi, SigningAlg};
use m2m_api::values::{ClientIdText, Given, Patch};
use m2m_authority::registry::{ClaimSet, Lifetime, Text};
use m2m_host::error::Failure;

use crate::options::{clear, empty, list, words};

/// The fields of an API that can be set when it is created and afterwards.
#[derive(Debug, Args)]
#[group(id = "fields")]
pub(crate) struct ApiFields {
    /// Description for operators
    #[arg(long, value_name = "TEXT")]
    description: Option<Text<1000>>,
    /// Maximum lifetime of tokens for the API, in seconds; an application may have a shorter maximum
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<Lifetime>,
    /// Signature algorithm of tokens for the API. An API that exists already goes on with its previous algorithm for ten minutes, in which APIs fetch the key of the new one
    #[arg(long, value_name = "ALG", value_parser = words(SigningAlg::ALL, SigningAlg::as_str))]
    signing_alg: Option<SigningAlg>,
    /// Claim set of tokens for the API
    #[arg(long, value_name = "CLAIMS", value_parser = words(ClaimSet::ALL, ClaimSet::as_str))]
    claims: Option<ClaimSet>,
    /// Client id of an application that may introspect tokens for the API; may be repeated; replaces all client ids set before
    #[arg(long = "introspection-client", value_name = "CLIENT_ID")]
    introspection_clients: Vec<ClientIdText>,
    /// Time in seconds within which a repeated request of an application gets the same token, at most half of the token lifetime; by default, each request gets a new token
    #[arg(long = "token-reuse-seconds", value_name = "SECONDS")]
    token_reuse_seconds: Option<Lifetime>,
}

/// A field that an API may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiClear {
    Description,
    IntrospectionClients,
    TokenReuseSeconds,
}

/// Sets the members that the bodies of a new API and of a change have in common.
macro_rules! set {
    ($body:expr, $fields:expr) => {{
        let (body, fields) = ($body, $fields);
        body.description = Patch::set_or_keep(fields.description.clone());
        body.token_lifetime = Given(fields.token_lifetime);
        body.signing_alg = Given(fields.signing_alg);
        body.claims = Given(fields.claims.map(Into::into));
        body.introspection_clients = list("--introspection-client", &fields.introspection_clients)?;
        body.token_reuse_seconds = Patch::set_or_keep(fields.token_reuse_seconds);
    }};
}

impl ApiFields {
    /// Sets the members of a new API.
    ///
    /// # Errors
    ///
    /// If an option is given too often.
    pub(crate) fn set(&self, api: &mut NewApi) -> Result<(), Failure> {
        set!(api, self);
        Ok(())
    }

    /// Returns the change that the options and the words after `--clear` describe.
    ///
    /// # Errors
    ///
    /// As [`ApiFields::set`]; also if a field is both set and cleared.
    pub(crate) fn change(&self, cleared: &[ApiClear]) -> Result<ApiChange, Failure> {
        let mut change = ApiChange::default();
        set!(&mut change, self);
        for field in cleared {
            match field {
                ApiClear::Description => clear(&mut change.description)?,
                ApiClear::IntrospectionClients => empty(&mut change.introspection_clients)?,
                ApiClear::TokenReuseSeconds => clear(&mut change.token_reuse_seconds)?,
            }
        }
        Ok(change)
    }
}
