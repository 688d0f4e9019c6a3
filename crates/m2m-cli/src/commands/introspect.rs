//! `m2m introspect`: what an authorization server says about a token.

use bytes::Bytes;
use clap::Args;
use http::{HeaderValue, Method, Request, Uri, header};
use m2m_client::{Credentials, discover};
use m2m_host::error::Failure;
use m2m_host::http_client::{HttpClient, Response};
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::runtime::runtime;
use m2m_host::{timestamp, token_failure};
use oauth_proto::{
    ActiveToken, BasicCredentials, ErrorResponse, FormContentType, FormWriter,
    IntrospectionResponse, Issuer,
};
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
        let endpoint = endpoint(metadata.introspection_endpoint.as_deref(), &issuer)?;
        http.send(request(
            &endpoint,
            &credentials,
            options.auth_method,
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

/// Returns the endpoint that the metadata name, to which the credentials may be sent.
fn endpoint(named: Option<&str>, issuer: &Issuer) -> Result<Uri, Failure> {
    let Some(named) = named else {
        return Err(
            Failure::refused(format!("{issuer} has no introspection endpoint"))
                .because("its metadata have no introspection_endpoint"),
        );
    };
    let endpoint: Option<Uri> = named.parse().ok();
    let is_usable = |endpoint: &Uri| match endpoint.scheme_str() {
        Some("https") => true,
        // A server that is trusted over TLS does not get a secret in the clear.
        Some("http") => !issuer.is_https(),
        Some(_) | None => false,
    };
    endpoint.filter(is_usable).ok_or_else(|| {
        Failure::refused(format!(
            "the introspection endpoint of {issuer} cannot be used"
        ))
        .because(format!("its metadata name {}", printable(named)))
    })
}

fn request(
    endpoint: &Uri,
    credentials: &Credentials,
    method: AuthMethod,
    token: &str,
) -> Request<Bytes> {
    let mut form = FormWriter::new();
    let mut request = Request::new(Bytes::new());
    let (client_id, secret) = (credentials.client_id(), credentials.expose_secret());
    match method {
        AuthMethod::Basic => {
            let value = BasicCredentials::write(client_id, secret);
            if let Ok(mut value) = HeaderValue::from_str(&value) {
                value.set_sensitive(true);
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
        }
        AuthMethod::Post => {
            form.append("client_id", client_id);
            form.append("client_secret", secret);
        }
    }
    form.append("token", token);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.clone();
    let headers = request.headers_mut();
    let form_type = HeaderValue::from_static(FormContentType::AS_STR);
    headers.insert(header::CONTENT_TYPE, form_type);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    *request.body_mut() = Bytes::from(form.finish());
    request
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
    if let Some(trace_id) = &refusal.trace_id {
        failure = failure.help(format!(
            "as the operator, run m2m diagnose {}",
            printable(trace_id)
        ));
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
