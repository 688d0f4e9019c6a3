//! A setting: its names in each place where it can be given, all from its row in the table.

use super::kind::Shape;

/// The form of a value in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string.
    Text,
    /// A string that names a file or directory; a relative one starts at the directory of the file that has it.
    Path,
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Number,
    /// A list of strings; elsewhere separated by commas.
    List,
}

/// The row of a setting in the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The name of its field, which is its name in a file unless `key` differs.
    pub(super) field: &'static str,
    /// The lines of its documentation: first the help of its flag; after an empty line more text, for the documents.
    pub(super) doc: &'static [&'static str],
    /// The shape of its values.
    pub(super) shape: Shape,
    /// Its name in a file, with a dot between the name of a table and the key in it.
    pub(super) key: Option<&'static str>,
    /// Its variable, unless that follows from its name.
    pub(super) variable: Option<&'static str>,
    /// Its value if no source has one, as it would be written in a variable.
    pub(super) default: Option<&'static str>,
    /// The value that the documents show for a setting without a default.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test writes the documents"))]
    pub(super) example: Option<&'static str>,
}

/// Turns the rows of a table into [`Setting`], which names the settings, and `Values`, which has a field for the value of each.
///
/// A row is `Name(field: Type) { kind: KIND, … }`, followed by the other fields of [`Row`] that it sets.
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident($field:ident: $type:ty) {
            kind: $kind:expr,
            $($property:ident: $text:literal,)*
        }
    )+) => {
        /// The settings, in the order in which they are shown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Setting {
            $($(#[doc = $doc])+ $name,)+
        }

        /// The values of all settings.
        #[derive(Debug)]
        pub(crate) struct Values {
            $($(#[doc = $doc])+ pub(crate) $field: $type,)+
        }

        impl Setting {
            /// All settings, in the order in which they are shown.
            pub(crate) const ALL: [Self; [$(stringify!($field)),+].len()] = [$(Self::$name),+];

            /// Returns the row of the setting in the table.
            pub(super) const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => const { &Row {
                        $($property: Some($text),)*
                        ..Row::new(stringify!($field), &[$($doc),+], $kind.shape)
                    } },)+
                }
            }
        }

        impl Values {
            /// Reads all settings. Returns nothing if a value is wrong, which is among the mistakes then.
            pub(super) fn read(sources: &mut Sources<'_>) -> Option<Self> {
                $(let $field = sources.read(Setting::$name, &$kind);)+
                Some(Self { $($field: Field::from_values($field?)?,)+ })
            }
        }
    };
}

pub(super) use settings;

pub use super::table::Setting;

/// A field of [`Values`](super::table::Values), created from the given values of a setting.
pub(super) trait Field<T>: Sized {
    /// Creates the field from all elements of a list, or from the one value of another setting.
    fn from_values(values: Vec<T>) -> Option<Self>;
}

/// A setting that has a default.
impl<T> Field<T> for T {
    fn from_values(values: Vec<Self>) -> Option<Self> {
        values.into_iter().next()
    }
}

/// A setting without a default.
impl<T> Field<T> for Option<T> {
    fn from_values(values: Vec<T>) -> Option<Self> {
        Some(values.into_iter().next())
    }
}

/// A list.
impl<T> Field<T> for Vec<T> {
    fn from_values(values: Self) -> Option<Self> {
        Some(values)
    }
}

impl Row {
    /// Returns a row in which everything follows from the name of the field.
    pub(super) const fn new(
        field: &'static str,
        doc: &'static [&'static str],
        shape: Shape,
    ) -> Self {
        Self {
            field,
            doc,
            shape,
            key: None,
            variable: None,
            default: None,
            example: None,
        }
    }
}

impl Setting {
    /// Returns the settings that are offered, without those that are recognized only to be refused.
    pub(crate) fn offered() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|setting| setting.shape().is_offered)
    }

    /// Returns the name in a file. A dot separates the name of a table and the key in it.
    pub(crate) fn name(self) -> &'static str {
        let Row { key, field, .. } = self.row();
        key.unwrap_or(field)
    }

    /// Returns the flag.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.row().field.replace('_', "-"))
    }

    /// Returns the variable.
    pub(crate) fn variable(self) -> String {
        match self.row().variable {
            Some(variable) => variable.to_owned(),
            None => format!("M2M_{}", self.row().field.to_uppercase()),
        }
    }

    /// Returns the flag with the variable of the same meaning, for operators who can set only one of the two.
    pub(crate) fn names(self) -> String {
        format!("{} ({})", self.flag(), self.variable())
    }

    /// Returns the shape of the value.
    pub(crate) const fn shape(self) -> &'static Shape {
        &self.row().shape
    }

    /// Returns the form of the value in a file.
    pub(crate) const fn form(self) -> Form {
        self.shape().form
    }

    /// Returns the value if no source has one, as it would be written in a variable.
    pub(crate) const fn default(self) -> Option<&'static str> {
        self.row().default
    }

    /// Returns the first line of the help, and the rest of it.
    pub(crate) fn help(self) -> (String, String) {
        let mut paragraphs = self.row().doc.split(|line| line.is_empty());
        let mut paragraph = || paragraphs.next().unwrap_or_default().concat();
        (
            paragraph().trim_start().to_owned(),
            paragraph().trim_start().to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_names_of_its_own() {
        assert_eq!(Setting::TlsCert.flag(), "--tls-cert");
        assert_eq!(Setting::TlsCert.variable(), "M2M_TLS_CERT");
        let names: BTreeSet<_> = Setting::ALL.map(Setting::name).into();
        let variables: BTreeSet<_> = Setting::ALL.map(Setting::variable).into();
        assert_eq!(names.len(), Setting::ALL.len());
        assert_eq!(variables.len(), Setting::ALL.len());
    }
}
