//! The parsing of the issuer that a command is given.

use m2m_errors::Cause;
use oauth_proto::Issuer;

use crate::error::Failure;

/// Parses an issuer.
///
/// # Errors
///
/// If the text is not an issuer.
pub fn parse_issuer(text: &str) -> Result<Issuer, Failure> {
    Issuer::parse(text).map_err(|error| {
        let what = format!("{text:?} is not an issuer identifier");
        Failure::mistake(Cause::ServerUrlInvalid, what)
            .because(error.to_string())
            .help("an issuer is an https URL without query and fragment, as in https://id.example")
    })
}
