//! A property that applications can carry.

/// The definition of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key by which applications and tokens name it; unique.
    pub key: Box<str>,
    /// The name that people see.
    pub name: Box<str>,
    /// Whether only operators see its values. A private property never goes into a token.
    pub private: bool,
}
