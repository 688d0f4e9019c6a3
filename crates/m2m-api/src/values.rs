//! The values of requests and answers. Each type states its limits, to callers and in the OpenAPI document.

mod bounded;
mod moment;
mod patch;
mod scalar;
mod text;
mod tolerant;
mod whole;

pub use bounded::{List, Map, OneOrMore, TooMany};
pub use moment::{CallerAddress, Time};
pub use patch::{Given, Ignored, NOT_CLEARED, Patch};
pub use scalar::{SAFE, Scalar, ScalarText, Scalars, of_record, to_record};
pub use text::{
    AudienceText, ClientIdText, Identifier, InvalidValue, JwtIdText, Key, Name, PathKey,
    RequestIdText, ScopeKey, ScopeText, Search, SecretSha256, TokenText, Value,
};
pub use tolerant::Tolerant;
pub use whole::{OutOfRange, Sequence, Whole};
