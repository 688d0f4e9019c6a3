//! The bounds of what a caller may send.

/// The sizes beyond which input is refused before it is read any further.
///
/// All of them bound work and memory, none bounds meaning: values have lengths of their own
/// ([`ClientId`](crate::ClientId), [`Audience`](crate::Audience)). Change single ones with
/// `MessageLimits { max_parameters: 16, ..MessageLimits::DEFAULT }`.
///
/// Exhaustive, so that `MessageLimits { max_body_bytes, ..MessageLimits::DEFAULT }` can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    /// The maximum size of a request body. Unit: bytes. Default: 65,536, enough for a client assertion with its chain of certificates and
    /// dozens of audiences.
    pub max_body_bytes: usize,
    /// The maximum number of parameters of a form, or a challenge; empty pairs (`a=1&&b=2`) do not count. Default: 64.
    /// The registry of OAuth parameters has no request that needs half of it.
    pub max_parameters: usize,
    /// The maximum length of a parameter's name, decoded. Unit: bytes. Default: 128. The longest registered name has 41.
    pub max_name_bytes: usize,
    /// The maximum length of a parameter's value, decoded. Unit: bytes. Default: 16,384, more than any token that fits into a header.
    pub max_value_bytes: usize,
    /// The maximum length of one header value. Unit: bytes. Default: 8,192, the size that HTTP servers commonly accept.
    pub max_header_bytes: usize,
}

impl MessageLimits {
    /// The defaults, as documented at each field.
    pub const DEFAULT: Self = Self {
        max_body_bytes: 64 * 1024,
        max_parameters: 64,
        max_name_bytes: 128,
        max_value_bytes: 16 * 1024,
        max_header_bytes: 8 * 1024,
    };
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
