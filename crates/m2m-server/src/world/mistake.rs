//! What is wrong with a file, where, and the nearest right word.

use core::ops::Range;

use m2m_authority::registry::{InvalidRegistry, Problem};
use toml::Spanned;

use super::document::Document;
use super::place;
use m2m_authority::diagnose::nearest;

/// What is wrong with a file.
#[derive(Debug)]
pub(super) struct Mistake {
    /// Where, in bytes.
    pub(super) span: Range<usize>,
    /// What, in one line.
    pub(super) what: String,
    /// What would be right.
    pub(super) help: Option<String>,
}

impl Mistake {
    /// A mistake in this value.
    pub(super) fn at<T>(value: &Spanned<T>, what: impl Into<String>) -> Self {
        Self {
            span: value.span(),
            what: what.into(),
            help: None,
        }
    }

    /// The same with what would be right.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A word that is none of those that can stand there.
    pub(super) fn unknown_word(word: &Spanned<String>, kind: &str, words: &[&str]) -> Self {
        let mistake = Self::at(word, format!("unknown {kind} {:?}", word.get_ref()));
        mistake.help(did_you_mean(word.get_ref(), words))
    }

    /// The text is not TOML, or not of the form of a world.
    pub(super) fn of_toml(error: &toml::de::Error) -> Self {
        // Several lines would break the report; the first says what is wrong.
        let what = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut quoted = what.split('`').skip(1).step_by(2);
        let help = match quoted.next() {
            // serde lists what it expected behind what it found: unknown field `x`, expected one of `a`, `b`.
            Some(word) if what.starts_with("unknown ") => {
                Some(did_you_mean(word, &quoted.collect::<Vec<_>>()))
            }
            Some(_) | None => None,
        };
        let what = match (&help, what.split_once(", expected ")) {
            (Some(_), Some((found, _))) => found.to_owned(),
            _ => what,
        };
        Self {
            span: error.span().unwrap_or_default(),
            what,
            help,
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
        }
    }
}

fn did_you_mean(word: &str, words: &[&str]) -> String {
    match nearest(word, words.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", words.join(", ")),
    }
}
