//! `m2m token`: a token, alone, or the reason why there is none.

use std::io::Read as _;
use std::path::Path;

use m2m_client::{
    AccessToken, AccessTokenRequest, Client, Credentials, DiscoveryError, Refused, TokenError,
    UnexpectedAnswer, UnexpectedBecause,
};
use m2m_errors::Advice;
use m2m_jwt::UnixTime;
use oauth_proto::Issuer;
use serde_json::json;
use zeroize::Zeroizing;

use super::issuer::parse_issuer;
use crate::cli::{Format, SecretText, TokenOptions};
use crate::clock;
use crate::error::Failure;
use crate::http_client::{self, HttpClient};
use crate::output::Output;
use crate::printable::printable;
use crate::regular_file::{Pipes, RegularFile};

pub(super) fn token(options: &TokenOptions, output: &Output) -> Result<(), Failure> {
    let issuer = issuer(options)?;
    let credentials = credentials(options)?;
    let request = request(options);
    let http = HttpClient::new(&options.connection)?;
    let client = Client::new(issuer.clone(), credentials, http.transport())
        .with_authentication_method(options.auth_method.into());
    let now = clock::now();
    let token = super::runtime()?.block_on(client.token(&request, now));
    let token = token.map_err(|error| failure(&error, &issuer))?;
    match options.output {
        Format::Text => output.line(token.expose_secret()),
        Format::Json => show_json(&token, &request, now, output),
    }
    Ok(())
}

fn issuer(options: &TokenOptions) -> Result<Issuer, Failure> {
    match options.issuer.as_deref() {
        None | Some("") => Err(missing("issuer", "--issuer", "M2M_ISSUER").help(
            "for example --issuer http://127.0.0.1:8080, as the server prints it at its start",
        )),
        Some(text) => parse_issuer(text),
    }
}

fn credentials(options: &TokenOptions) -> Result<Credentials, Failure> {
    let client_id = match options.client_id.as_deref() {
        None | Some("") => return Err(missing("client id", "--client-id", "M2M_CLIENT_ID")),
        Some(client_id) => client_id,
    };
    let of_file = options.client_secret_file.as_deref();
    let secret = match (of_file, &options.client_secret) {
        (Some(file), _) => secret_in(file)?,
        (None, Some(SecretText(secret))) => secret.clone(),
        (None, None) => match &options.client_secret_of_environment {
            Some(SecretText(secret)) => secret.clone(),
            None => Zeroizing::default(),
        },
    };
    Credentials::new(client_id, secret.as_str()).map_err(|_| match of_file {
        Some(file) => Failure::usage(format!("there is no secret in {}", file.display())),
        None => missing("client secret", "--client-secret-file", "M2M_CLIENT_SECRET")
            .help("--client-secret takes it as well, for all to see in the list of processes"),
    })
}

fn missing(what: &str, flag: &str, variable: &str) -> Failure {
    Failure::usage(format!("there is no {what}")).help(format!("give {flag}, or set {variable}"))
}

/// The one line in this file, or in standard input for `-`.
fn secret_in(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let cannot = |why: String| {
        let what = format!("cannot read the secret in {}", file.display());
        Failure::usage(what).because(why)
    };
    let bytes = if file == Path::new("-") {
        standard_input()
    } else {
        RegularFile::open(file, Pipes::Taken).and_then(|file| file.read(MAX_SECRET_BYTES.into()))
    };
    let bytes = bytes.map_err(|error| cannot(error.to_string()))?;
    let text = core::str::from_utf8(&bytes).map_err(|_| cannot("it is not text".to_owned()))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) {
        return Err(cannot("it has more than one line".to_owned())
            .help("write nothing but the secret into it"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn standard_input() -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once, so that no copy of the secret is left behind in memory. One byte more than is allowed tells
    // what is too long from what just fits.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * usize::from(MAX_SECRET_BYTES)));
    let limit = u64::from(MAX_SECRET_BYTES) + 1;
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)?;
    if bytes.len() > usize::from(MAX_SECRET_BYTES) {
        let why = format!("it is longer than {MAX_SECRET_BYTES} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

fn request(options: &TokenOptions) -> AccessTokenRequest {
    let request = AccessTokenRequest::new();
    let audiences = options.audience.iter();
    let request = audiences.fold(request, |request, audience| request.with_audience(audience));
    let scopes = options.scope.iter();
    scopes.fold(request, |request, scope| request.with_scope(scope))
}

fn show_json(token: &AccessToken, request: &AccessTokenRequest, now: UnixTime, output: &Output) {
    let expires_in = token
        .expires_at()
        .map(|end| end.as_seconds().saturating_sub(now.as_seconds()));
    output.json(&json!({
        "access_token": token.expose_secret(),
        "token_type": token.token_type().as_str(),
        "expires_in": expires_in,
        // A server that grants what was asked for need not say so (RFC 6749, section 5.1).
        "scope": token.scope().or_else(|| request.scope()),
    }));
}

/// Why there is no token, and what to do about it.
pub(super) fn failure(error: &TokenError, issuer: &Issuer) -> Failure {
    let failure = match error {
        TokenError::Refused(refused) => return with_refusal(refused, issuer),
        TokenError::Transport(error) => return http_client::unreachable(error),
        TokenError::Unexpected(answer) => unexpected(answer, issuer),
        TokenError::Discovery(DiscoveryError::OtherIssuer { named, .. }) => {
            Failure::refused(format!("{issuer} is not what the server there is called"))
                .because(printable(&error.to_string()))
                .help(format!(
                    "if that is the server that you mean: --issuer {}",
                    printable(named)
                ))
        }
        TokenError::Discovery(_) | _ => {
            Failure::unreachable(format!("there is no token endpoint of {issuer}"))
                .because(printable(&error.to_string()))
        }
    };
    with_fixes(failure, &error.advice())
}

fn with_refusal(refused: &Refused, issuer: &Issuer) -> Failure {
    let (status, code) = (refused.status.as_u16(), printable(&refused.error));
    let failure = Failure::refused(format!("{issuer} refuses the token: {status} {code}"));
    let failure = match &refused.error_description {
        Some(description) => failure.because(printable(description)),
        None => failure,
    };
    let failure = match &refused.trace_id {
        Some(trace_id) => failure.because(format!(
            "trace_id {}: under it the operator finds the exact cause in the log of the server",
            printable(trace_id)
        )),
        None => failure,
    };
    let failure = match refused.retry_after {
        Some(pause) => failure.help(format!("wait {} seconds, then try again", pause.as_secs())),
        None => failure,
    };
    let failure = with_fixes(failure, &refused.advice());
    match &refused.error_uri {
        Some(error_uri) => failure.help(format!("see {}", printable(error_uri))),
        None => failure,
    }
}

fn unexpected(answer: &UnexpectedAnswer, issuer: &Issuer) -> Failure {
    let why = answer.to_string();
    let is_token = matches!(
        answer.because,
        UnexpectedBecause::TokenType { .. } | UnexpectedBecause::TokenMalformed
    );
    let failure = if is_token {
        Failure::refused(format!("the token of {issuer} is of no use here"))
    } else {
        Failure::unreachable(format!("what answers is no token endpoint of {issuer}"))
    };
    failure.because(printable(&why))
}

fn with_fixes(failure: Failure, advice: &Advice) -> Failure {
    let fixes = advice.fixes.iter();
    fixes.fold(failure, |failure, fix| failure.help(*fix))
}

/// Far more than any secret has. Unit: bytes.
const MAX_SECRET_BYTES: u16 = 4096;
