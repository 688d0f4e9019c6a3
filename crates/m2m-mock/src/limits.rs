//! The limits of the mock's memory and of its waits.

use std::time::Duration;

/// The maximum size of the body of a request, that of any request to an issuer. Unit: bytes.
pub(crate) const MAX_BODY_BYTES: usize = oauth_proto::MessageLimits::DEFAULT.max_body_bytes;

/// The maximum size of a script, some thousand forced answers. Unit: bytes.
pub(crate) const MAX_SCRIPT_BYTES: u32 = 1024 * 1024;

/// The maximum number of forced answers, more than a suite of tests that run at once.
pub(crate) const MAX_FORCED_ANSWERS: usize = 1_000;

/// The maximum memory of the texts of all forced answers, as many as 64 of the largest body. Unit: bytes.
pub(crate) const MAX_FORCED_BYTES: usize = 4 * 1024 * 1024;

/// The maximum length of a description in a challenge, the rest of which is in the body only: many clients limit the header of an answer. Unit:
/// bytes.
pub(crate) const MAX_CHALLENGE_DESCRIPTION_BYTES: usize = 1024;

/// The maximum number of requests that are kept. The oldest ones are dropped.
pub(crate) const MAX_KEPT_REQUESTS: usize = 1_000;

/// The maximum length of a text of a kept request, the rest of which is left out. Unit: bytes.
pub(crate) const MAX_KEPT_TEXT_BYTES: usize = 512;

/// The maximum number of audiences of a kept request.
pub(crate) const MAX_KEPT_AUDIENCES: usize = 16;

/// The maximum number of revoked tokens. A revocation beyond it is refused: none is forgotten.
pub(crate) const MAX_REVOKED_TOKENS: usize = 10_000;

/// The maximum number of replaced keys in the JWK set. The oldest ones are dropped.
pub(crate) const MAX_KEPT_KEYS: usize = 10;

/// The maximum length of a client id, that of a client id of `m2m serve`. Unit: bytes.
pub(crate) const MAX_CLIENT_ID_BYTES: usize = oauth_proto::ClientId::MAX_BYTES;

/// The longest delay of an answer, longer than the timeouts of most clients. Unit: milliseconds.
pub(crate) const MAX_DELAY_MS: u32 = 60_000;

/// The lifetime of a token for which nothing else is set. Unit: seconds.
pub(crate) const DEFAULT_LIFETIME: u32 = 3600;

/// The last time that a `Date` can have, 9999-12-30T22:00:00Z: the end of the year 9999 (RFC 9110, section 5.6.7) in every time zone, which is
/// the end of the calendar of `jiff`. Unit: seconds.
pub(crate) const MAX_TIME: u64 = 253_402_207_200;

/// The maximum number of delayed answers that are held back at the same time: well below that of connections, so that a test can always
/// control the mock.
pub(crate) const MAX_HELD_ANSWERS: usize = 256;

/// The maximum number of concurrent connections.
pub(crate) const MAX_CONNECTIONS: usize = 1_000;

/// The time within which the body of a request has to arrive.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);
