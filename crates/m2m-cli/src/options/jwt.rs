//! `m2m jwt`

use clap::{Args, Subcommand};
use m2m_authority::diagnose::nearest;
use m2m_jwt::{Algorithm, Leeway};

use m2m_host::http_client::ConnectionOptions;
use m2m_host::output::Format;

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
    /// The token, or the answer of a token endpoint; without it, or with -, it is read from standard input
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
    /// The token, or the answer of a token endpoint; without it, or with -, it is read from standard input
    #[arg(value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// The JWK set of the issuer: a file, a URL, or - for standard input. Without it that which the metadata of the issuer name
    #[arg(long, value_name = "FILE|URL", required_unless_present = "issuer")]
    pub(crate) jwks: Option<String>,
    /// An audience that the token may be for; several may be given. Without it the audience is not checked
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The issuer that the token must be from. Without it the issuer is not checked
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// An algorithm that the token may be signed with; several may be given. Without it all that are offered
    #[arg(long = "alg", value_name = "ALG", value_parser = algorithm)]
    pub(crate) algorithms: Vec<Algorithm>,
    /// Number of seconds that iat and nbf may lie ahead of the clock of this machine, at most 60; exp has no leeway
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = leeway)]
    pub(crate) leeway: Leeway,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

pub(super) fn algorithm(name: &str) -> Result<Algorithm, String> {
    name.parse().map_err(|_| {
        let all = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str());
        let same = all.clone().find(|own| own.eq_ignore_ascii_case(name));
        match same.or_else(|| nearest(name, all.clone())) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("there are {}", all.collect::<Vec<_>>().join(", ")),
        }
    })
}

fn leeway(seconds: &str) -> Result<Leeway, String> {
    let seconds = seconds
        .parse()
        .map_err(|_| "a whole number of seconds, from 0 to 60".to_owned())?;
    Leeway::from_seconds(seconds)
        .map_err(|error| format!("{error}; a clock that is further behind has to be set right"))
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt verify \"$TOKEN\" --issuer http://127.0.0.1:8080 --audience https://orders.example/api";

const DECODE_EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt decode --output json - < token.txt";

const VERIFY_EXAMPLES: &str = "\
Examples:
  m2m jwt verify \"$TOKEN\" --issuer http://127.0.0.1:8080 --audience https://orders.example/api
  m2m jwt verify \"$TOKEN\" --jwks https://id.internal/.well-known/jwks.json --ca-file internal-ca.pem
  m2m jwt verify --jwks jwks.json --issuer https://id.example --audience https://orders.example/api < token.txt

Without --issuer and --audience a good signature says only that somebody whose key is in the JWK set made the token, for
whomever.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_x27_a_leeway_is_a_number_of_seconds_up_to_sixty() {
        assert_eq!(leeway("0"), Ok(Leeway::NONE));
        assert_eq!(leeway("60"), Ok(Leeway::MAX));
        let refused = leeway("61").unwrap_err();
        assert!(refused.contains("maximum of 60 seconds"), "{refused}");
        for text in ["", "-1", "10s", "1.5"] {
            assert!(leeway(text).is_err(), "{text}");
        }
    }
}
