//! The sections of specifications that define the rules.

/// A section of a specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Source {
    /// The document, such as `RFC 6749`.
    pub document: &'static str,
    /// The section, such as `5.2` or `appendix B`.
    pub section: &'static str,
}

impl Source {
    /// A section of a numbered RFC.
    #[must_use]
    pub const fn rfc(document: &'static str, section: &'static str) -> Self {
        Self { document, section }
    }

    /// A section of a specification of the OpenID Foundation or of the Kantara Initiative.
    #[must_use]
    pub const fn openid(document: &'static str, section: &'static str) -> Self {
        Self { document, section }
    }
}

impl core::fmt::Display for Source {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}, {}", self.document, self.section)
    }
}
