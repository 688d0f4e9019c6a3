//! Values that are one of a few words.

use m2m_jwt::Algorithm;
use serde::de::{Deserialize, Deserializer};
use serde::ser::Serializer;

/// A value that is written as one of a few words.
pub(in crate::registry) trait Word: Copy + 'static {
    /// The kind of word, as in "unknown client type".
    const KIND: &'static str;
    /// All values.
    const ALL: &'static [Self];

    /// The word for it.
    fn word(self) -> &'static str;
}

/// Reads a word; the error for any other text names all words.
fn read<T: Word>(text: &str) -> Result<T, String> {
    let found = T::ALL.iter().find(|value| value.word() == text);
    found.copied().ok_or_else(|| {
        let words: Vec<String> = T::ALL
            .iter()
            .map(|value| format!("`{}`", value.word()))
            .collect();
        format!(
            "unknown {} {text:?}, expected one of {}",
            T::KIND,
            words.join(", ")
        )
    })
}

pub(in crate::registry) fn serialize<T: Word, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.word())
}

pub(in crate::registry) fn deserialize<'de, T: Word, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    super::from_text(deserializer, "a string", read)
}

/// The error for a text that is not one of the expected words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind}")]
#[non_exhaustive]
pub struct UnknownWord {
    /// The kind of word, such as `client type`.
    pub kind: &'static str,
}

/// A list of words, each of which is counted once.
pub(in crate::registry) struct WordList<T>(pub(in crate::registry) Vec<T>);

impl<'de, T: Word> Deserialize<'de> for WordList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One<T>(T);

        impl<'de, T: Word> Deserialize<'de> for One<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer).map(Self)
            }
        }

        let words = Vec::<One<T>>::deserialize(deserializer)?;
        Ok(Self(words.into_iter().map(|One(word)| word).collect()))
    }
}

impl<T: Word> WordList<T> {
    /// Writes the words for which `holds` returns true.
    pub(in crate::registry) fn write<S: Serializer>(
        serializer: S,
        holds: impl Fn(T) -> bool,
    ) -> Result<S::Ok, S::Error> {
        let words = T::ALL.iter().copied().filter(|word| holds(*word));
        serializer.collect_seq(words.map(Word::word))
    }
}

/// Defines an enum of words: the type, its words, and its spelling in one place.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Returns the value for this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::registry::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::parse(word).ok_or($crate::registry::UnknownWord { kind: $kind })
            }
        }

        impl $crate::registry::spelling::Word for $name {
            const KIND: &'static str = $kind;
            const ALL: &'static [Self] = Self::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::registry::spelling::words::deserialize(deserializer)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($word,)+] })
            }
        }
    };
}

pub(in crate::registry) use words;

impl Word for Algorithm {
    const KIND: &'static str = "signing algorithm";
    const ALL: &'static [Self] = Self::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}
