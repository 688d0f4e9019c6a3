//! The refusal of a document that does not have the form that an operation expects.

use core::fmt;

use crate::OperationError;
use crate::wording::{self, Wording};

/// Names the invalid member. `whole` is the name of the document, for a mistake without a path.
pub(super) fn invalid<E: fmt::Display>(
    whole: &str,
    error: &serde_path_to_error::Error<E>,
) -> OperationError {
    refused(whole, error, None)
}

/// As [`invalid`], with one more suggestion.
pub(super) fn invalid_with_help<E: fmt::Display>(
    whole: &str,
    error: &serde_path_to_error::Error<E>,
    more: &str,
) -> OperationError {
    refused(whole, error, Some(more))
}

fn refused<E: fmt::Display>(
    whole: &str,
    error: &serde_path_to_error::Error<E>,
    more: Option<&str>,
) -> OperationError {
    let Wording {
        path,
        what,
        help,
        is_name,
        missing,
        ..
    } = wording::read(error, |_| &[]);
    let (path, what) = match &missing {
        Some(field) => (path.member(field).to_string(), "is missing"),
        None if is_name => (path.to_string(), "unknown field"),
        None => (path.to_string(), &*what),
    };
    let place = if path.is_empty() { whole } else { &path };
    let helps = help.as_deref().into_iter().chain(more);
    OperationError::FormInvalid {
        place: place.into(),
        what: what.into(),
        help: helps.map(|help| format!("; {help}")).collect(),
    }
}
