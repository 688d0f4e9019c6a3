//! A mistake in a registry file, with its place and a suggestion.

use core::fmt;
use core::ops::Range;

use m2m_authority::registry::{InvalidRegistry, Kind, Path, Problem};
use m2m_errors::Cause;
use serde_json::Value;

use super::locate::{Part, Source};
use crate::wording::{NO_TOKENS_YET, Wording, WrongForm};

/// A mistake in a `world.toml`, with its place and a suggestion.
///
/// Its texts do not contain values that can be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    path: Path,
    part: Part,
    span: Range<usize>,
    what: Box<str>,
    help: Option<Box<str>>,
    earlier_path: Option<Path>,
    earlier: Option<usize>,
    is_malformed: bool,
    wrong_form: Option<WrongForm>,
}

/// The fix for a secret: the form in which a file contains it.
const SECRET_HELP: &str = "write only the hash of the secret, which must have at least 32 characters: secret_sha256 = \"…\", with the output of \
     printf %s \"$SECRET\" | openssl dgst -sha256 -binary | base64";

/// The fix for tokens that are too long.
const SHORTER_TOKENS: &str =
    "put fewer or shorter properties and feature flags into tokens, or assign fewer scopes";

impl Mistake {
    /// Returns the path in the document, such as `application[1].authorize[0].audience`. It is empty for a text that is not TOML.
    #[must_use]
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the mistake, in one line.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns the suggested fix, if there is one.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the place in the text of the file, or `0..0` for a document that was sent as JSON. Unit: bytes.
    #[must_use]
    pub const fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// Returns the place of the earlier of two values that must not be the same. Unit: bytes.
    #[must_use]
    pub const fn earlier(&self) -> Option<usize> {
        self.earlier
    }

    /// Returns true if a value does not have the form of its type, whatever the registry contains.
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        self.is_malformed
    }

    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        if self.is_malformed {
            Cause::RegistryFileInvalid
        } else {
            Cause::RegistryFileUnfit
        }
    }

    /// Returns a mistake in the value at this place.
    pub(super) fn at(path: Path, what: impl Into<Box<str>>) -> Self {
        Self {
            path,
            part: Part::Value,
            span: 0..0,
            what: what.into(),
            help: None,
            earlier_path: None,
            earlier: None,
            is_malformed: false,
            wrong_form: None,
        }
    }

    /// Returns a mistake in a part of a text that could not be parsed.
    pub(super) fn in_span(span: Range<usize>, what: &str) -> Self {
        Self {
            span,
            is_malformed: true,
            ..Self::at(Path::default(), what)
        }
    }

    /// Returns the mistake of a text that is not TOML.
    pub(super) fn of_toml(error: &toml::de::Error) -> Self {
        // Several lines would break the report; the first contains the mistake.
        let what = error.message().lines().next().unwrap_or_default();
        Self::in_span(error.span().unwrap_or_default(), what)
    }

    /// Returns a mistake in the hash of a secret.
    pub(super) fn in_secret(path: Path, what: impl Into<Box<str>>) -> Self {
        Self {
            is_malformed: true,
            ..Self::at(path, what).with_help(SECRET_HELP)
        }
    }

    /// Returns the mistake of an unknown field.
    pub(super) fn unknown_field(path: Path, field: &str) -> Self {
        Self {
            part: Part::Name,
            is_malformed: true,
            ..Self::at(path, format!("unknown field `{field}`"))
        }
    }

    /// Returns the mistake of a value that does not have the expected form.
    pub(super) fn other_form(path: Path, expected: &str, value: &Value) -> Self {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "fraction",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a table",
        };
        Self {
            is_malformed: true,
            ..Self::at(path, format!("expected {expected}, found {found}"))
        }
    }

    /// Adds a suggested fix.
    pub(super) fn with_help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the path of the earlier of two values that must not be the same.
    pub(super) fn with_earlier(mut self, earlier: Path) -> Self {
        self.earlier_path = Some(earlier);
        self
    }

    /// Returns the mistake of a document that does not have the form of a registry.
    pub(super) fn of_form(wording: Wording) -> Self {
        let is_secret =
            ["unknown field `secret`", "unknown field `client_secret`"].contains(&&*wording.what);
        Self {
            part: if wording.is_name {
                Part::Name
            } else {
                Part::Value
            },
            help: if is_secret {
                Some(SECRET_HELP.into())
            } else {
                wording.help.map(Into::into)
            },
            is_malformed: true,
            wrong_form: wording.wrong_form,
            ..Self::at(wording.path, wording.what)
        }
    }

    /// Returns the mistake of records that do not fit together.
    pub(super) fn of_registry(error: &InvalidRegistry) -> Self {
        let (help, earlier_path): (Option<Box<str>>, _) = match &error.problem {
            Problem::Unknown {
                nearest: Some(nearest),
                ..
            } => (Some(format!("did you mean {nearest:?}?").into()), None),
            Problem::Unknown {
                kind: Kind::Property,
                ..
            } => (
                Some("declare the property: add a [[property]] table with this key".into()),
                None,
            ),
            Problem::Unknown {
                kind: Kind::OwnProperty,
                ..
            } => {
                let set = "set the value of the property for the application: properties = { key = \"value\" }";
                (Some(set.into()), None)
            }
            Problem::Taken { earlier, .. } => (None, Some(earlier.clone())),
            Problem::NotBeforeInFuture { .. } => (Some(NO_TOKENS_YET.into()), None),
            Problem::TokenTooLong { .. } => (Some(SHORTER_TOKENS.into()), None),
            Problem::Unknown { .. }
            | Problem::Malformed { .. }
            | Problem::Private { .. }
            | Problem::TooMany { .. }
            | Problem::TooSmall { .. }
            | Problem::TooLarge { .. }
            | Problem::WithoutOrganization { .. }
            | Problem::SystemUserIsClient { .. }
            | _ => (None, None),
        };
        let is_key = matches!(error.path.field(), Some("properties" | "feature_flags"));
        Self {
            part: if is_key { Part::Name } else { Part::Value },
            help,
            earlier_path,
            is_malformed: matches!(
                error.problem,
                Problem::Malformed { .. }
                    | Problem::TooMany { .. }
                    | Problem::TooSmall { .. }
                    | Problem::TooLarge { .. }
            ),
            ..Self::at(error.path.clone(), error.problem.to_string())
        }
    }

    /// Adds the place in the text that the file was read from.
    pub(super) fn located(self, source: &Source) -> Self {
        let span = source.span(&self.path, self.part);
        let earlier = self.earlier_path.as_ref();
        let earlier = earlier.map(|path| source.span(path, Part::Value).start);
        let line = source.line(span.clone());
        let as_list = match (self.wrong_form, source) {
            (Some(WrongForm::NoList), Source::Toml(_)) => Some(as_list(line)),
            (Some(WrongForm::NoList | WrongForm::Other) | None, _) => None,
        };
        Self {
            help: as_list.map(Into::into).or(self.help),
            earlier: match source {
                Source::Toml(_) => earlier,
                Source::Json => None,
            },
            span,
            ..self
        }
    }
}

/// Returns the suggestion to write the value as a list: a header gets double brackets, and other values get brackets.
fn as_list(value: &str) -> String {
    if value.starts_with('[') {
        format!("write [{value}]: there can be several")
    } else if value.starts_with('{') {
        // A table may contain a secret.
        "write a list: [{ … }]".to_owned()
    } else {
        format!("write a list: [{value}]")
    }
}

/// The mistake without its place.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for Mistake {}
