//! The one place where this crate uses the randomness of the operating system.
//!
//! ECDSA and RSASSA-PSS need fresh random bytes within a signature, and a new key consists of random bytes. If callers passed those in,
//! they could repeat them, which reveals the private key; so the crypto library draws them itself.

use crate::backend::SystemRandom;

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub(crate) fn system_random() -> SystemRandom {
    SystemRandom::new()
}
