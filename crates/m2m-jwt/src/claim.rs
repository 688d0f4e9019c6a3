//! Names of claims that mean something here.

use crate::words::words;

words! {
    /// A claim that is read or can be required.
    ///
    /// Source: [RFC 7519, section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1),
    /// [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Claim {
        /// `iss`
        Issuer = "iss",
        /// `sub`
        Subject = "sub",
        /// `aud`
        Audience = "aud",
        /// `exp`
        ExpiresAt = "exp",
        /// `nbf`
        NotBefore = "nbf",
        /// `iat`
        IssuedAt = "iat",
        /// `jti`
        JwtId = "jti",
        /// `client_id`. Where it is required, `azp` does as well.
        ClientId = "client_id",
        /// `azp`
        AuthorizedParty = "azp",
        /// `scope`. Where it is required, `scp` does as well.
        Scope = "scope",
        /// `scp`
        ScopeArray = "scp",
        /// `org_code`
        OrganizationCode = "org_code",
    }
}

impl Claim {
    /// What RFC 9068 requires of an access token.
    ///
    /// Source: [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
    pub const RFC9068: &'static [Self] = &[
        Self::Issuer,
        Self::ExpiresAt,
        Self::Audience,
        Self::Subject,
        Self::ClientId,
        Self::IssuedAt,
        Self::JwtId,
    ];

    /// What stands in every token of the claim set `kinde`: there is no `sub`, and the client is in `azp`.
    pub const KINDE: &'static [Self] = &[
        Self::Issuer,
        Self::ExpiresAt,
        Self::Audience,
        Self::ClientId,
        Self::IssuedAt,
        Self::JwtId,
    ];
}
