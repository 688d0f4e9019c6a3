//! What is wrong with a file, where, and the nearest right word.

use core::fmt;
use core::ops::Range;

use m2m_authority::registry::{Field, InvalidRegistry, Problem};
use toml::Spanned;

use super::document::Document;
use super::{place, wording};
use m2m_authority::diagnose::nearest;

/// What is wrong with a `world.toml`, where, and what would be right.
///
/// Its texts name nothing that can be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    span: Range<usize>,
    what: String,
    help: Option<String>,
    earlier: Option<usize>,
    is_malformed: bool,
}

/// How a file holds a secret.
const SECRET_HELP: &str = "a file has only the hash of a secret of 32 characters or more: secret_sha256 = \"…\", with the output of \
     printf %s \"$SECRET\" | openssl dgst -sha256 -binary | base64";

impl Mistake {
    /// What is wrong, in one line.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What would be right, where that can be told.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where in the text of the file. Unit: bytes.
    #[must_use]
    pub const fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// Where the other one stands, of two that must not be the same. Unit: bytes.
    #[must_use]
    pub const fn earlier(&self) -> Option<usize> {
        self.earlier
    }

    /// Whether a value does not have the form of its kind, whatever else is in the registry.
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        self.is_malformed
    }

    /// A mistake in this value.
    pub(super) fn at<T>(value: &Spanned<T>, what: impl Into<String>) -> Self {
        Self {
            span: value.span(),
            what: what.into(),
            help: None,
            earlier: None,
            is_malformed: false,
        }
    }

    /// A mistake without a place.
    pub(super) fn nowhere(what: &str) -> Self {
        Self {
            span: 0..0,
            what: what.to_owned(),
            help: None,
            earlier: None,
            is_malformed: false,
        }
    }

    /// A mistake in what should be the hash of a secret.
    pub(super) fn in_secret(value: &Spanned<String>, what: impl Into<String>) -> Self {
        Self::at(value, what).with_help(SECRET_HELP)
    }

    /// The same with what would be right.
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the place of the other one, of two that must not be the same.
    pub(super) fn with_earlier<T>(mut self, earlier: &Spanned<T>) -> Self {
        self.earlier = Some(earlier.span().start);
        self
    }

    /// A word that is none of those that can stand there.
    pub(super) fn unknown_word(word: &Spanned<String>, kind: &str, words: &[&str]) -> Self {
        let mistake = Self::at(word, format!("unknown {kind} {:?}", word.get_ref()));
        mistake.with_help(did_you_mean(word.get_ref(), words))
    }

    /// The text is not TOML, or not of the form of a world.
    pub(super) fn of_toml(error: &toml::de::Error, source: &str) -> Self {
        // Several lines would break the report; the first says what is wrong.
        let what = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let span = error.span().unwrap_or_default();
        let mistake = Self {
            span: span.clone(),
            what,
            help: None,
            earlier: None,
            is_malformed: true,
        };
        if let Some(wording) = wording::of(&mistake.what, source, span) {
            return Self {
                what: wording.what,
                help: wording.help,
                ..mistake
            };
        }
        // serde lists what it expected behind what it found: unknown field `x`, expected one of `a`, `b`.
        let mut quoted = mistake.what.split('`').skip(1).step_by(2);
        let unknown = quoted
            .next()
            .filter(|_| mistake.what.starts_with("unknown "));
        let Some(word) = unknown else {
            return mistake;
        };
        let help = if matches!(word, "secret" | "client_secret") {
            SECRET_HELP.to_owned()
        } else {
            did_you_mean(word, &quoted.collect::<Vec<_>>())
        };
        let found = mistake.what.split_once(", expected ");
        Self {
            what: found.map_or(&*mistake.what, |(found, _)| found).to_owned(),
            help: Some(help),
            ..mistake
        }
    }

    /// The records do not fit together.
    pub(super) fn of_registry(error: &InvalidRegistry, document: &Document) -> Self {
        let help = if let Problem::Unknown {
            nearest: Some(nearest),
            ..
        } = &error.problem
        {
            Some(format!("did you mean {nearest:?}?"))
        } else {
            None
        };
        Self {
            span: place::span(error, document),
            what: error.problem.to_string(),
            help,
            earlier: place::earlier(error, document),
            // Whether a property is private is said elsewhere.
            is_malformed: matches!(
                error.problem,
                Problem::Malformed { .. } | Problem::TooMany { .. } | Problem::TooSmall { .. }
            ) && error.place.field != Field::TokenProperties,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for Mistake {}

fn did_you_mean(word: &str, words: &[&str]) -> String {
    match nearest(word, words.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", words.join(", ")),
    }
}
