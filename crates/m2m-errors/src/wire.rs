//! The form of a cause on the wire.

use crate::{ErrorCode, Profile, Status};

/// The answer to the caller for one cause in one profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wire {
    /// The status of the answer.
    pub status: Status,
    /// The `error` code, absent if RFC 6750, section 3.1 requires it to be, for a request without credentials, and in the answers of management
    /// operations, which have codes of their own.
    pub error: Option<ErrorCode>,
    /// The `error_description`.
    pub description: Text,
}

/// A text that may contain a value of the caller's own.
///
/// Both forms contain only the bytes that `error_description` allows: `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The text if there is no value, or the value is too long or not clean enough to be repeated.
    pub plain: &'static str,
    /// The text with `{}` in the place of the value, once.
    pub with_value: Option<&'static str>,
}

impl Text {
    /// Creates a text that never repeats a value.
    #[must_use]
    pub const fn plain(plain: &'static str) -> Self {
        Self {
            plain,
            with_value: None,
        }
    }

    /// Creates a text that repeats a value, marked `{}` in `with_value`, if there is a clean one.
    #[must_use]
    pub const fn with_value(plain: &'static str, with_value: &'static str) -> Self {
        Self {
            plain,
            with_value: Some(with_value),
        }
    }

    /// Returns the parts before and after the value; `None` if the text repeats no value.
    #[must_use]
    pub fn split(&self) -> Option<(&'static str, &'static str)> {
        self.with_value.and_then(|text| text.split_once("{}"))
    }
}

/// The wire forms of one cause, one per profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WireForms {
    /// The form by the RFCs.
    pub rfc: Wire,
    /// The form of Kinde.
    pub kinde: Wire,
    /// The form of a server for trusted applications.
    pub trusted_application: Wire,
    /// The form of the generic table of OAuth errors.
    pub generic: Wire,
    /// The form by the RFCs, if the target was named by `resource` (RFC 8707, section 2) and the answer differs.
    pub rfc_by_resource: Option<Wire>,
}

impl WireForms {
    /// Creates the same form for every profile.
    #[must_use]
    pub const fn same(wire: Wire) -> Self {
        Self {
            rfc: wire,
            kinde: wire,
            trusted_application: wire,
            generic: wire,
            rfc_by_resource: None,
        }
    }

    /// The form of `profile`, for a request that did not name its target by `resource`.
    #[must_use]
    pub const fn of(&self, profile: Profile) -> &Wire {
        match profile {
            Profile::Rfc => &self.rfc,
            Profile::Kinde => &self.kinde,
            Profile::TrustedApplication => &self.trusted_application,
            Profile::Generic => &self.generic,
        }
    }

    /// The form of `profile`, for a request that named its target by `resource`.
    #[must_use]
    pub const fn of_resource(&self, profile: Profile) -> &Wire {
        match (profile, &self.rfc_by_resource) {
            (Profile::Rfc, Some(wire)) => wire,
            _ => self.of(profile),
        }
    }
}
