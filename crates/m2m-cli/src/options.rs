//! Arguments that several commands share.

mod data;
mod filters;
mod members;
mod secrets_to;
mod server;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use m2m_errors::Profile;

pub(crate) use data::{DataOptions, OptionalDataOptions, SealingOptions, SecretText, path};
pub(crate) use filters::FilterOptions;
pub(crate) use members::{bounded, clear, empty, list, words};
pub(crate) use secrets_to::SecretsToOptions;
pub(crate) use server::{ManagementOptions, ServerOptions, only_as};

/// Parses the name of a profile.
pub(crate) fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::as_str))
        .try_map(|name| name.parse::<Profile>())
}
