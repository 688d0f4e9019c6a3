//! The server that a command calls, and the credentials of the application that calls it.

use m2m_client::Credentials;
use m2m_errors::Cause;
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::issuer::parse_issuer;
use m2m_host::secret_file;
use oauth_proto::Issuer;
use zeroize::Zeroizing;

use crate::options::ServerOptions;

/// Returns the issuer of the server to call.
///
/// # Errors
///
/// If it is missing, or is not an issuer identifier.
pub(crate) fn issuer(options: &ServerOptions) -> Result<Issuer, Failure> {
    match options.issuer.as_deref() {
        None | Some("") => Err(
            explain_variables(missing("issuer", "--issuer", "M2M_ISSUER")).help(
                "for example --issuer http://127.0.0.1:8080, as the server prints it at its start",
            ),
        ),
        Some(text) => parse_issuer(text),
    }
}

/// Returns the credentials of the calling application.
///
/// # Errors
///
/// If there is no client id or no secret, or the file with it cannot be read.
pub(crate) fn credentials(options: &ServerOptions) -> Result<Credentials, Failure> {
    let client_id = match options.client_id.as_deref() {
        None | Some("") => {
            return Err(missing("client id", "--as", "M2M_CLIENT_ID"));
        }
        Some(client_id) => client_id,
    };
    let of_file = options.client_secret_file.as_deref();
    let secret = match (of_file, &options.client_secret) {
        (Some(file), _) => secret_file::read(file)?,
        (None, Some(secret)) => secret.copied(),
        (None, None) => match &options.client_secret_of_environment {
            Some(secret) => secret.copied(),
            None => Zeroizing::default(),
        },
    };
    Credentials::new(client_id, secret.as_str()).map_err(|_| match of_file {
        Some(file) => Failure::mistake(
            Cause::FileUnusable,
            format!("there is no secret in {}", file.display()),
        ),
        None => missing("client secret", "--client-secret-file", "M2M_CLIENT_SECRET")
            .help("or use --client-secret, which other users can read in the list of processes"),
    })
}

/// Adds to the failure of a command without a server the reason why variables that are set do not name one.
pub(crate) fn explain_variables(failure: Failure) -> Failure {
    let environment = Environment::of_process();
    OF_SERVERS
        .into_iter()
        .filter(|variable| environment.get(variable).is_some())
        .fold(failure, |failure, variable| {
            failure.because(format!(
                "{variable} is set, but it is for m2m serve and does not name a server to call"
            ))
        })
}

/// Variables of `m2m serve` that could be taken for the address of a server to call.
const OF_SERVERS: [&str; 2] = ["M2M_SERVE_ISSUER", "M2M_DATA"];

fn missing(what: &str, flag: &str, variable: &str) -> Failure {
    Failure::mistake(Cause::SettingMissing, format!("no {what} is given"))
        .help(format!("use {flag}, or set {variable}"))
}
