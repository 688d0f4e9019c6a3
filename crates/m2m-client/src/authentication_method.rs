//! The methods by which a client authenticates.

/// A value of `token_endpoint_auth_methods_supported` that this crate can use.
///
/// Source: RFC 7591, section 2, <https://www.rfc-editor.org/rfc/rfc7591#section-2>; RFC 6749, section 2.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AuthenticationMethod {
    /// Client id and secret in an `Authorization: Basic` header, each form-encoded. Every server that accepts secrets accepts this method.
    #[default]
    ClientSecretBasic,
    /// Client id and secret as parameters in the body. For servers that do not accept the header.
    ClientSecretPost,
}

impl AuthenticationMethod {
    /// The name in metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }
}
