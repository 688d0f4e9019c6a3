//! The errors of request bodies.

use m2m_errors::Cause;

/// The body is not a form, or larger than the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidForm {
    /// The body has more than [`MessageLimits::max_body_bytes`](crate::MessageLimits::max_body_bytes).
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The limit. Unit: bytes.
        limit: usize,
    },
    /// The form has more than [`MessageLimits::max_parameters`](crate::MessageLimits::max_parameters).
    #[error("the form has more than {limit} parameters")]
    ParametersTooMany {
        /// The limit.
        limit: usize,
    },
    /// A name has more than [`MessageLimits::max_name_bytes`](crate::MessageLimits::max_name_bytes).
    #[error("the parameter name at byte {offset} is too long")]
    NameTooLong {
        /// The offset of the name in the body, counted from 0.
        offset: usize,
    },
    /// A value has more than [`MessageLimits::max_value_bytes`](crate::MessageLimits::max_value_bytes).
    #[error("the parameter value at byte {offset} is too long")]
    ValueTooLong {
        /// The offset of the value in the body, counted from 0.
        offset: usize,
    },
    /// A `%` is not followed by two hexadecimal digits.
    #[error("the percent sign at byte {offset} is not followed by two hexadecimal digits")]
    BrokenPercentEncoding {
        /// The offset of the `%` in the body, counted from 0.
        offset: usize,
    },
    /// The bytes, as sent or after percent-decoding, are not UTF-8.
    #[error("the body is not valid UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The offset of the first bad sequence in the body, counted from 0.
        offset: usize,
    },
}

impl InvalidForm {
    /// Returns the offset in the body, counted from 0; `None` if the error concerns the body as a whole.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        match self {
            Self::BodyTooLarge { .. } | Self::ParametersTooMany { .. } => None,
            Self::NameTooLong { offset }
            | Self::ValueTooLong { offset }
            | Self::BrokenPercentEncoding { offset }
            | Self::NotUtf8 { offset } => Some(*offset),
        }
    }

    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::BodyTooLarge { .. } => Cause::BodyTooLarge,
            Self::ParametersTooMany { .. } => Cause::ParametersTooMany,
            Self::NameTooLong { .. } | Self::ValueTooLong { .. } => Cause::ParameterTooLong,
            Self::BrokenPercentEncoding { .. } | Self::NotUtf8 { .. } => Cause::BodyMalformed,
        }
    }
}

/// The `Content-Type` does not declare a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidContentType {
    /// The `Content-Type` is missing.
    #[error("the content type is missing; it must be application/x-www-form-urlencoded")]
    Missing,
    /// The media type is another one, or is missing.
    #[error("the content type must be application/x-www-form-urlencoded")]
    OtherMediaType,
    /// The text after the media type is not a list of parameters.
    #[error("the parameters of the content type are malformed at byte {offset}")]
    MalformedParameters {
        /// The offset of the bad parameter in the header value, counted from 0.
        offset: usize,
    },
}

impl InvalidContentType {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Missing | Self::OtherMediaType | Self::MalformedParameters { .. } => {
                Cause::ContentTypeWrong
            }
        }
    }
}

/// The body is not a form, or repeats a parameter that may appear only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidParameters {
    /// The body is not a form. A form that is malformed anywhere is refused for that, wherever a parameter repeats.
    #[error(transparent)]
    Form(#[from] InvalidForm),
    /// A parameter appears a second time (RFC 6749, section 3.2).
    #[error("a parameter is repeated at byte {offset}")]
    ParameterRepeated {
        /// The parameter, if it is one that the endpoint knows. Other names are not repeated in answers or logs.
        name: Option<&'static str>,
        /// The offset of the second one in the body, counted from 0.
        offset: usize,
    },
}

impl InvalidParameters {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Form(form) => form.cause(),
            Self::ParameterRepeated { .. } => Cause::ParameterRepeated,
        }
    }
}

/// The error of [`TokenRequest::parse`](crate::TokenRequest::parse): an error of the form itself. Missing or malformed
/// parameters are judged later, in an order that the form does not define.
pub type InvalidTokenRequest = InvalidParameters;
