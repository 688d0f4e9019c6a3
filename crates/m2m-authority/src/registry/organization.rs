//! An organization that applications belong to.

use m2m_jwt::PropertyValue;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The code that tokens carry as `org_code`; unique.
    pub code: Box<str>,
    /// The name that people see.
    pub name: Box<str>,
    /// A short name of the kind that stands in addresses.
    pub handle: Option<Box<str>>,
    /// What another system calls it.
    pub external_id: Option<Box<str>>,
    /// Whether its applications are refused tokens.
    pub suspended: bool,
    /// Its feature flags. Tokens of its applications carry those that are switched on for them.
    pub feature_flags: Vec<(Box<str>, PropertyValue)>,
}

impl Organization {
    /// An organization that is not suspended, without anything that it may have.
    #[must_use]
    pub fn new(code: &str, name: &str) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            handle: None,
            external_id: None,
            suspended: false,
            feature_flags: Vec::new(),
        }
    }
}
