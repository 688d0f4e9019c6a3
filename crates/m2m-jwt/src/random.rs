//! The one place where this crate draws on the randomness of the operating system.
//!
//! ECDSA and RSASSA-PSS need fresh random bytes within a signature, and a new key is nothing but random bytes. To let callers
//! hand those in would let them repeat one, which gives the private key away; so the crypto library draws them itself.

use crate::backend::SystemRandom;

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub(crate) fn system_random() -> SystemRandom {
    SystemRandom::new()
}
