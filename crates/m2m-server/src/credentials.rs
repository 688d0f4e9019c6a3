//! Which server a command calls, and as which application.

use std::io::Read as _;
use std::path::Path;

use m2m_client::Credentials;
use oauth_proto::Issuer;
use zeroize::Zeroizing;

use crate::cli::ServerOptions;
use crate::error::Failure;
use crate::issuer::parse_issuer;
use crate::regular_file::{Pipes, RegularFile};

/// The issuer that is called.
///
/// # Errors
///
/// If there is none, or it is no issuer identifier.
pub(crate) fn issuer(options: &ServerOptions) -> Result<Issuer, Failure> {
    match options.issuer.as_deref() {
        None | Some("") => Err(missing("issuer", "--issuer", "M2M_ISSUER").help(
            "for example --issuer http://127.0.0.1:8080, as the server prints it at its start",
        )),
        Some(text) => parse_issuer(text),
    }
}

/// The credentials of the application that calls.
///
/// # Errors
///
/// If there is no client id or no secret, or the file with it cannot be read.
pub(crate) fn credentials(options: &ServerOptions) -> Result<Credentials, Failure> {
    let client_id = match options.client_id.as_deref() {
        None | Some("") => {
            return Err(missing("client id", "--client-id or --as", "M2M_CLIENT_ID"));
        }
        Some(client_id) => client_id,
    };
    let of_file = options.client_secret_file.as_deref();
    let secret = match (of_file, &options.client_secret) {
        (Some(file), _) => secret_in(file)?,
        (None, Some(secret)) => secret.copied(),
        (None, None) => match &options.client_secret_of_environment {
            Some(secret) => secret.copied(),
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

/// Far more than any secret has. Unit: bytes.
const MAX_SECRET_BYTES: u16 = 4096;
