//! `m2m introspect`: what an authorization server says about a token.

use clap::Args;
use m2m_client::{discover, introspection_endpoint, introspection_request};
use m2m_host::error::Failure;
use m2m_host::http_client::{HttpClient, Response};
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::quoted_answer::diagnose_command;
use m2m_host::runtime::runtime;
use m2m_host::{timestamp, token_failure};
use oauth_proto::{ActiveToken, ErrorResponse, IntrospectionResponse, Issuer};
use serde_json::Value;

use super::token::AuthMethod;
use crate::credentials::{credentials, issuer};
use crate::options::ServerOptions;
use crate::token_input;

/// Ask a server whether a token is active, and for what (RFC 7662).
///
/// The introspection endpoint is found in the metadata of the issuer, which may be any OAuth server. The server answers about tokens of the
/// application whose credentials are used, and about tokens for APIs that name the application among their introspection clients.
///
/// Exits 0 if the token is active, 1 if it is not or the server refuses the request, and 3 if the server cannot be reached.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IntrospectOptions {
    /// Token, or response of a token endpoint. Without this argument, or with -, the token is read from standard input
    pub(crate) token: Option<String>,
    /// Location of the credentials in the request
    #[arg(long, value_name = "METHOD", default_value = "basic")]
    pub(crate) auth_method: AuthMethod,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  export M2M_ISSUER=https://id.example M2M_CLIENT_ID=orders-api
  read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET
  m2m introspect \"$TOKEN\"
  m2m token | m2m introspect --output json";

pub(super) fn introspect(options: &IntrospectOptions, output: &Output) -> Result<(), Failure> {
    let token = token_input::read(options.token.as_deref(), "m2m introspect \"$TOKEN\"")?;
    let issuer = issuer(&options.server)?;
    let credentials = credentials(&options.server)?;
    let http = HttpClient::new(&options.server.connection)?;
    let response = runtime()?.block_on(async {
        let metadata = discover(&issuer, &http.transport()).await;
        let metadata = metadata.map_err(|error| {
            token_failure::missing(&error, &issuer, "the introspection endpoint")
        })?;
        let endpoint = introspection_endpoint(&metadata)
            .map_err(|error| Failure::refused(printable(&error.to_string())))?;
        let method = options.auth_method.into();
        http.send(introspection_request(
            &endpoint,
            &credentials,
            method,
            &token,
        ))
        .await
    })?;
    let answer = read(&response, &issuer)?;
    match options.output {
        Format::Text => show(&answer, output),
        Format::Json => {
            let document: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            output.json(&document);
        }
    }
    match answer {
        IntrospectionResponse::Active(_) => Ok(()),
        IntrospectionResponse::Inactive => Err(Failure::refused("the token is not active")
            .because("it is not a token of this server, has expired or was revoked, or the application may not ask about it; the server does not say which")
            .help("to let an application ask about the tokens for an API: m2m api update AUDIENCE --introspection-client CLIENT_ID")
            .help("to see what is in the token, use m2m jwt decode")),
    }
}

/// Returns the answer, or the reason for the refusal.
fn read<'r>(response: &'r Response, issuer: &Issuer) -> Result<IntrospectionResponse<'r>, Failure> {
    if response.status().is_success() {
        return IntrospectionResponse::parse(response.body()).map_err(|error| {
            Failure::unreachable(format!(
                "the answer of {issuer} is not that of an introspection endpoint"
            ))
            .because(error.to_string())
        });
    }
    let status = response.status().as_u16();
    let failure = Failure::refused(format!(
        "{issuer} refuses to answer about the token: {status}"
    ));
    let Ok(refusal) = ErrorResponse::parse(response.body()) else {
        return Err(failure);
    };
    let mut failure = failure.because(printable(&refusal.error));
    if let Some(description) = &refusal.error_description {
        failure = failure.because(printable(description));
    }
    let command = refusal.trace_id.as_deref().and_then(diagnose_command);
    if let Some(command) = command {
        failure = failure.help(format!("as the operator, run {command}"));
    }
    Err(failure)
}

fn show(answer: &IntrospectionResponse<'_>, output: &Output) {
    let IntrospectionResponse::Active(token) = answer else {
        return output.line("not active");
    };
    output.line("active");
    for (name, value) in members(token) {
        output.line(format!("  {name:10} {}", printable(&value)));
    }
}

fn members(token: &ActiveToken<'_>) -> Vec<(String, String)> {
    let time = |seconds: u64| timestamp::rfc3339(m2m_jwt::UnixTime::from_seconds(seconds));
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_ref().map(ToString::to_string);
    let audiences = (!token.aud.is_empty()).then(|| token.aud.join(" "));
    let defined = [
        ("client_id", text(&token.client_id)),
        ("aud", audiences),
        ("scope", text(&token.scope)),
        ("sub", text(&token.sub)),
        ("iat", token.iat.map(time)),
        ("exp", token.exp.map(time)),
        ("iss", text(&token.iss)),
        ("jti", text(&token.jti)),
    ];
    let defined = defined
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let others = token.extensions.names().filter_map(|name| {
        let value = token.extensions.json(name)?;
        Some((name.to_owned(), value))
    });
    defined.chain(others).collect()
}
