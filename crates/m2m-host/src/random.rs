//! The one place where the randomness of the operating system is drawn.

use std::cell::RefCell;

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
#[cfg(not(feature = "aws-lc-rs"))]
use ring::rand::{SecureRandom as _, SystemRandom};

/// Fills all of `bytes` with randomness.
///
/// # Panics
///
/// If the operating system returns none: a server that cannot generate names and secrets must not continue with weak ones.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub fn fill(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the operating system gives random bytes");
}

/// Returns `N` random bytes.
///
/// # Panics
///
/// As [`fill`].
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Returns `N` random bytes from a supply of this thread, for the names of answers and tokens, of which each request needs two. Drawing a
/// whole supply costs hardly more than drawing one name.
pub fn pooled<const N: usize>() -> [u8; N] {
    SUPPLY.with_borrow_mut(|supply| {
        if supply.bytes.len() - supply.used < N {
            supply.bytes = bytes();
            supply.used = 0;
        }
        let mut drawn = [0; N];
        let fresh = supply.bytes.iter_mut().skip(supply.used);
        for (byte, fresh) in drawn.iter_mut().zip(fresh) {
            // Bytes that were handed out are erased from the supply.
            *byte = core::mem::take(fresh);
        }
        supply.used += N;
        drawn
    })
}

/// Random bytes that have not been handed out yet.
struct Supply {
    bytes: [u8; SUPPLY_BYTES],
    used: usize,
}

thread_local! {
    static SUPPLY: RefCell<Supply> = const {
        RefCell::new(Supply {
            bytes: [0; SUPPLY_BYTES],
            used: SUPPLY_BYTES,
        })
    };
}

/// The number of bytes drawn at once: the names of 64 requests. Unit: bytes.
const SUPPLY_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_names_are_alike() {
        assert_ne!(super::bytes::<16>(), super::bytes::<16>());
    }

    #[test]
    fn no_two_names_from_a_supply_are_alike_and_none_is_empty() {
        let names: std::collections::HashSet<[u8; 16]> =
            (0..1000).map(|_| super::pooled()).collect();
        assert_eq!(names.len(), 1000);
        assert!(!names.contains(&[0; 16]));
    }
}
