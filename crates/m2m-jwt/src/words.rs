//! Enums whose variants have names.

/// Defines an enum whose variants each have a name: the type, the list of all variants, and the printing and parsing of each, from one
/// table. Parsing an unknown name returns the named error.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident else $unknown:ident {
            $($(#[$of_variant:meta])* $variant:ident = $word:literal $(or $other:literal)?,)+
        }
    ) => {
        $(#[$attribute])*
        pub enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Returns the value with this name. Names are case-sensitive.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Some(match name {
                    $($word $(| $other)? => Self::$variant,)+
                    _ => return None,
                })
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::error::$unknown;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Self::parse(name).ok_or(crate::error::$unknown)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;
