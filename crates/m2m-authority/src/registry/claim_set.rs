//! The claims that the tokens of an API carry.

use super::spelling::words;

words! {
    /// The claim format of an access token. The header is the same in both.
    #[derive(Default)]
    ClaimSet, "claim set" {
        /// `iss sub client_id aud exp iat jti scope`, as in RFC 9068; `aud` is a string if there is one audience.
        #[default]
        Rfc9068 = "rfc9068",
        /// `aud azp exp gty iat iss jti scope scp v`: `aud` is always an array; there is no `client_id`, and there is a `sub` only for a system user.
        Kinde = "kinde",
    }
}
