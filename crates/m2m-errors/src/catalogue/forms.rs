//! Short ways to write a wire form, so that the entries show their words and not their braces.

use crate::{ErrorCode, Status, Text, Wire};

/// An answer with an `error` code, whose text never repeats a value.
pub(super) const fn refused(status: Status, error: ErrorCode, text: &'static str) -> Wire {
    Wire {
        status,
        error: Some(error),
        description: Text::plain(text),
    }
}

/// An answer with an `error` code, whose text repeats a value where there is a clean one.
pub(super) const fn refused_with_value(
    status: Status,
    error: ErrorCode,
    plain: &'static str,
    with_value: &'static str,
) -> Wire {
    Wire {
        status,
        error: Some(error),
        description: Text::with_value(plain, with_value),
    }
}
