//! JSON as JOSE needs it: one strict pass, borrowed values, no duplicate names.
//!
//! Source: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), and [RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)
//! with [RFC 7519, section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4), which let a reader refuse duplicate member names. This one does,
//! at any depth and after unescaping, because two readers that pick different ones of two members read different tokens.
//!
//! `oauth_proto::UniqueMembers` is the same rule on `serde_json`. This reader is separate because every token goes through it: it takes a
//! microsecond and copies nothing. A test of `m2m-testkit` compares the two.

mod number;
mod pieces;
mod scanner;
mod string;
mod value;
mod writer;

pub use number::{JsonNumber, Rounding};
pub use string::JsonString;
pub use value::{JsonArray, JsonDocument, JsonObject, JsonValue};
pub use writer::JsonWriter;

pub(crate) use pieces::{Piece, Pieces};
pub(crate) use scanner::{Members, whole_value};
