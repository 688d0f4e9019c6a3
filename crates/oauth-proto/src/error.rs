//! The reasons why input is refused: one enum per operation, each variant with its cause.

mod document;
mod header;
mod member;
mod request;
mod value;

pub use document::{InvalidDocument, InvalidMetadata};
pub use header::{InvalidBasicCredentials, InvalidBearer, InvalidChallenge};
pub use member::{MemberProblem, SkippedMember};
pub use request::{InvalidContentType, InvalidForm, InvalidParameters, InvalidTokenRequest};
pub use value::{
    InvalidAudience, InvalidClientId, InvalidIssuer, InvalidResourceIndicator, InvalidScope,
};
