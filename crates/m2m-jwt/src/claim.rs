//! The names of claims that this crate reads.

use crate::words::words;

words! {
    /// A registered claim that is read or can be required. Others are looked up with [`Claims::get`](crate::Claims::get).
    ///
    /// Source: [RFC 7519, section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1),
    /// [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2),
    /// [IANA, JSON Web Token Claims](https://www.iana.org/assignments/jwt/jwt.xhtml#claims).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Claim else UnknownClaim {
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
        /// `client_id`. Where it is required, `azp` is accepted as well.
        ClientId = "client_id",
        /// `azp`
        AuthorizedParty = "azp",
        /// `scope`
        Scope = "scope",
    }
}

impl Claim {
    /// The claims that RFC 9068 requires of an access token.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownClaim;

    #[test]
    fn prints_and_reads_every_claim() {
        for claim in Claim::ALL {
            assert_eq!(claim.as_str().parse(), Ok(*claim));
        }
        for name in ["", "ISS", "iss ", "org_code"] {
            assert_eq!(name.parse(), Err::<Claim, _>(UnknownClaim), "{name:?}");
        }
    }
}
