//! The one place where the randomness of the operating system is drawn.

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
#[cfg(not(feature = "aws-lc-rs"))]
use ring::rand::{SecureRandom as _, SystemRandom};

/// Fills all of `bytes` with randomness.
///
/// # Panics
///
/// If the operating system gives none: a server that cannot make names and secrets must not go on with weak ones.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub(crate) fn fill(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the operating system gives random bytes");
}

/// So many random bytes.
///
/// # Panics
///
/// As [`fill`].
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_names_are_alike() {
        assert_ne!(super::bytes::<16>(), super::bytes::<16>());
    }
}
