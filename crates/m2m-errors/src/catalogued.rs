//! An enum whose every variant has an entry in the catalogue.

/// Declares the enum, the list of its variants, and the function from a variant to its entry.
///
/// All three come from one list, so that every variant has an entry and is in `ALL`.
macro_rules! catalogued {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident: $entry:ident {
            $($(#[$doc:meta])* $variant:ident => $module:ident $(:: $rest:ident)+,)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns everything that is known about it.
            #[must_use]
            pub const fn entry(self) -> &'static $entry {
                match self {
                    $(Self::$variant => &$crate::catalogue::$module$(::$rest)+,)*
                }
            }
        }
    };
}

pub(crate) use catalogued;
