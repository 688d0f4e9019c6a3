//! The decision: six steps, in the order in which they run.
//!
//! Each step consumes a value that only the previous step can create, so that a request that was not authenticated and authorized
//! cannot reach the signer:
//!
//! ```text
//! RawRequest → accept → Accepted → authenticate → Authenticated → authorize → Authorized → issue → Issued
//! ```
//!
//! A step that refuses returns a [`Refusal`](crate::Refusal) instead. [`record`] turns either outcome into an event for the log, and
//! [`respond`] into the reply to the caller. No step waits; between them a shell loads the client, the policy and the key.

mod accept;
mod authenticate;
mod authorize;
#[cfg(feature = "http")]
mod http_conversion;
mod issue;
mod record;
mod respond;
mod reuse;

pub use accept::{Accepted, Header, RawRequest, accept, refuse_coding};
pub(crate) use accept::{Body, ClientParameters, Credentials, accept_credentials, accept_form};
pub(crate) use authenticate::authenticate_client;
pub use authenticate::{Authenticated, Operator, TestRequest, authenticate, vouched};
pub(crate) use authorize::check_address;
pub use authorize::{Authorized, QuotaLeft, Usage, authorize};
pub use issue::{Issued, check_issue, issue};
pub(crate) use issue::{is_not_before_in_future, issued_at};
pub use record::{Event, Exchange, IssuedEvent, RefusedEvent, Requester, record};
pub use respond::{Reply, respond};
pub use reuse::{ReusableToken, reuse};
