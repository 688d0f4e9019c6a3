//! `m2m jwt`

use clap::{Args, Subcommand};
use m2m_jwt::Algorithm;

use super::Format;

/// What to do with a token.
#[derive(Debug, Subcommand)]
pub(crate) enum JwtCommand {
    Decode(JwtDecodeOptions),
    Verify(JwtVerifyOptions),
}

/// Show what a token says, with times as times. Nothing is verified.
#[derive(Debug, Args)]
#[command(after_help = DECODE_EXAMPLES)]
pub(crate) struct JwtDecodeOptions {
    /// The token; without it, or with -, it is read from standard input
    #[arg(value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

/// Verify an access token: signature, type, times, issuer and audience.
///
/// Exits 0 if the token is good and 1, with the cause, if it is not.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct JwtVerifyOptions {
    /// The token; - reads it from standard input
    #[arg(value_name = "TOKEN")]
    pub(crate) token: String,
    /// The JWK set of the issuer: a file, or an http URL
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) jwks: String,
    /// An audience that the token may be for; several may be given. Without it the audience is not checked
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The issuer that the token must be from. Without it the issuer is not checked
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// An algorithm that the token may be signed with; several may be given. Without it all that are offered
    #[arg(long = "alg", value_name = "ALG", value_parser = algorithm)]
    pub(crate) algorithms: Vec<Algorithm>,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    name.parse().map_err(|_| {
        let names: Vec<&str> = Algorithm::ALL
            .iter()
            .map(|algorithm| algorithm.as_str())
            .collect();
        format!("there are {}", names.join(", "))
    })
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt verify \"$TOKEN\" --jwks http://127.0.0.1:8080/.well-known/jwks.json";

const DECODE_EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt decode --output json - < token.txt";

const VERIFY_EXAMPLES: &str = "\
Examples:
  m2m jwt verify \"$TOKEN\" --jwks jwks.json --audience https://orders.example/api
  m2m jwt verify \"$TOKEN\" --jwks http://127.0.0.1:8080/.well-known/jwks.json --issuer http://127.0.0.1:8080";
