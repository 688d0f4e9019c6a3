//! Requests about a token that was issued: introspection (RFC 7662) and revocation (RFC 7009).
//!
//! They are accepted and authenticated like requests for a token, by the same checks in the same order, so that the same mistakes have the
//! same answers:
//!
//! ```text
//! RawRequest → accept_inspection → StatedInspection → authenticate_inspector → Inspector → introspect or revoke
//! ```
//!
//! Between the steps a shell loads the client that asks, verifies the token or finds out that it has done so, and loads the client that the
//! token was issued to.

mod inspector;
mod introspect;
mod revoke;
mod standing;
mod token;

pub use inspector::{Inspector, StatedInspection, accept_inspection, authenticate_inspector};
pub use introspect::introspect;
pub use revoke::{RevocationSupport, revoke};
pub use standing::Standing;
pub use token::{InspectedToken, NotInspected};
