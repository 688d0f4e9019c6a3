//! The words of the audit log: the actions, and the kinds of records.
//!
//! Exhaustive: a program that shows a log has to have words for each.

use crate::registry::UnknownWord;

/// Defines enums with one word for each variant, so that a list of the variants is always complete.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $kind:literal { $($(#[$about:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it, as stored and as answered.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the word that [`as_str`](Self::as_str) returns.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl core::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::parse(word).ok_or(UnknownWord { kind: $kind })
            }
        }
    )+};
}

words! {
    /// The kind of change to a record, or another event about it.
    Action, "action" {
        /// It was created.
        Created = "created",
        /// It was changed.
        Updated = "updated",
        /// It was deleted.
        Deleted = "deleted",
        /// It was read, with the secrets in it.
        Read = "read",
        /// It was revoked.
        Revoked = "revoked",
        /// It, or one of its secrets, expires soon.
        Expiring = "expiring",
    }
    /// A kind of record.
    #[expect(missing_docs, reason = "each is the record of that name")]
    Subject, "kind of record" {
        Api = "api",
        Organization = "organization",
        Property = "property",
        Application = "application",
        Key = "key",
        Maintenance = "maintenance",
        TestToken = "test_token",
        Token = "token",
        SecretHashes = "secret_hashes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_parsed_back() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
        }
        for subject in Subject::ALL {
            assert_eq!(subject.as_str().parse(), Ok(*subject));
        }
        let kind = "kind of record";
        assert_eq!("Api".parse::<Subject>(), Err(UnknownWord { kind }));
    }
}
