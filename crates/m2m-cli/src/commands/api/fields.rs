//! The fields of an API, as options and as members of a request.
//!
//! One more field is a member of [`ApiFields`] and, where an API may lack it, a word of [`ApiClear`].

use clap::{Args, ValueEnum};
use m2m_authority::registry::ClaimSet;
use m2m_jwt::Algorithm;
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::jwt::algorithm;
use crate::options::{Fields, words};

/// The fields of an API that can be set when it is created and afterwards.
#[derive(Debug, Args, Serialize)]
#[group(id = "fields")]
pub(crate) struct ApiFields {
    /// Description for operators
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Maximum lifetime of its tokens; an application may have a shorter one. Unit: seconds
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<u32>,
    /// The algorithm that its tokens are signed with
    #[arg(long, value_name = "ALG", value_parser = algorithm_name)]
    signing_alg: Option<&'static str>,
    /// The claims that its tokens carry
    #[arg(long, value_name = "CLAIMS", value_parser = words(ClaimSet::ALL, ClaimSet::as_str))]
    claims: Option<String>,
    /// The client id of an application that may introspect its tokens, in the place of those before; several may be given
    #[arg(long = "introspection-client", value_name = "CLIENT_ID")]
    introspection_clients: Vec<String>,
}

/// A field that an API may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiClear {
    Description,
    IntrospectionClients,
}

impl Fields for ApiFields {
    type Clear = ApiClear;

    fn cleared(field: ApiClear) -> (&'static str, Value) {
        match field {
            ApiClear::Description => ("description", Value::Null),
            ApiClear::IntrospectionClients => ("introspection_clients", json!([])),
        }
    }
}

fn algorithm_name(name: &str) -> Result<&'static str, String> {
    algorithm(name).map(Algorithm::as_str)
}
