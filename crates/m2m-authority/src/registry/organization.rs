//! An organization that applications belong to.

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The code that tokens carry as `org_code`; unique.
    pub code: Box<str>,
    /// The name that people see.
    pub name: Box<str>,
    /// Whether its applications are refused tokens.
    pub suspended: bool,
}

impl Organization {
    /// An organization that is not suspended.
    #[must_use]
    pub fn new(code: &str, name: &str) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            suspended: false,
        }
    }
}
