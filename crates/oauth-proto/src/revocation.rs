//! The request to revoke a token.

use std::borrow::Cow;

use crate::{IntrospectionRequest, InvalidParameters, MessageLimits, Secret};

/// The request to the revocation endpoint, as it was sent.
///
/// A parameter without a value counts as omitted; whether `token` may be missing is judged after the caller has authenticated. A successful
/// answer has no body.
///
/// Source: RFC 7009, section 2.1, <https://www.rfc-editor.org/rfc/rfc7009#section-2.1>.
///
/// ```
/// use oauth_proto::{MessageLimits, RevocationRequest};
///
/// let request = RevocationRequest::parse(b"token=abc", &MessageLimits::DEFAULT)?;
/// assert_eq!(request.token.expect("a token").expose_secret(), "abc");
/// # Ok::<(), oauth_proto::InvalidParameters>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RevocationRequest<'a> {
    /// `token`: the token to revoke.
    pub token: Option<Secret<'a>>,
    /// `token_type_hint`: the type of token that the caller assumes. Only a hint.
    pub token_type_hint: Option<Cow<'a, str>>,
    /// `client_id`: the id of the caller, in the body.
    pub client_id: Option<Cow<'a, str>>,
    /// `client_secret`: the caller's password, in the body.
    pub client_secret: Option<Secret<'a>>,
    /// `client_assertion`: a JWT that authenticates the caller (RFC 7521).
    pub client_assertion: Option<Secret<'a>>,
    /// `client_assertion_type`: the kind of the assertion.
    pub client_assertion_type: Option<Cow<'a, str>>,
}

impl<'a> RevocationRequest<'a> {
    /// Reads a body. The whole body has to be a form; only then is a repeated parameter refused.
    ///
    /// # Errors
    /// - [`InvalidParameters::Form`], with the cause of the [`InvalidForm`](crate::InvalidForm) in it;
    /// - [`InvalidParameters::ParameterRepeated`] (cause `parameter-repeated`).
    pub fn parse(body: &'a [u8], limits: &MessageLimits) -> Result<Self, InvalidParameters> {
        // RFC 7009 and RFC 7662 use the same parameters for a token and for the caller.
        let IntrospectionRequest {
            token,
            token_type_hint,
            client_id,
            client_secret,
            client_assertion,
            client_assertion_type,
        } = IntrospectionRequest::parse(body, limits)?;
        Ok(Self {
            token,
            token_type_hint,
            client_id,
            client_secret,
            client_assertion,
            client_assertion_type,
        })
    }
}
