//! Arguments that several commands share.

mod data;
mod filters;
mod members;
mod secrets_to;
mod server;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use m2m_errors::Profile;
use oauth_proto::Scope;

pub(crate) use data::{DataOptions, OptionalDataOptions, SealingOptions, SecretText, path};
pub(crate) use filters::FilterOptions;
pub(crate) use members::{bounded, clear, empty, list, words};
pub(crate) use secrets_to::SecretsToOptions;
pub(crate) use server::{ManagementOptions, ServerOptions, only_as};

/// Parses scopes, separated by spaces, of which there is at least one.
pub(crate) fn scopes() -> impl TypedValueParser<Value = String> {
    NonEmptyStringValueParser::new().try_map(|text| match Scope::parse(text.trim()) {
        Ok(scope) if scope.tokens().next().is_some() => Ok(text),
        Ok(_) => Err("name at least one scope".to_owned()),
        Err(error) => Err(error.to_string()),
    })
}

/// Parses the name of a profile.
pub(crate) fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::as_str))
        .try_map(|name| name.parse::<Profile>())
}
