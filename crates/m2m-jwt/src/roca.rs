//! RSA keys whose private key can be computed from the public one, because of how a library of smart cards generated their primes.

use crate::natural::Natural;

/// Returns true if the modulus has the structure of CVE-2017-15361 ("ROCA").
///
/// The library chose primes k·M + 65537ᵃ mod M, where M is the product of the first primes. The product of two of them is a power of 65537
/// modulo M, and so modulo each prime in M. Each of the primes here is in M for every length of key. A modulus of other origin passes
/// with a probability of about 2⁻¹⁵⁴: there has to be one exponent for all primes together.
///
/// Source: Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", section 2.4, ACM CCS 2017.
pub(crate) fn is_vulnerable(modulus: &[u8]) -> bool {
    let modulus = Natural::from_be_bytes(modulus);
    let mut exponents = [(0, 1); PRIMES.len()];
    for (exponent, prime) in exponents.iter_mut().zip(PRIMES) {
        match logarithm(modulus.modulo_small(prime), prime) {
            Some(found) => *exponent = found,
            None => return false,
        }
    }
    // By the Chinese remainder theorem there is one exponent for all primes if there is one for each two of them.
    exponents.iter().all(|(one, order)| {
        exponents
            .iter()
            .all(|(other, of_other)| one.abs_diff(*other) % common_divisor(*order, *of_other) == 0)
    })
}

/// Returns the exponent with which 65537 is `residue` modulo `prime`, and the order of 65537.
fn logarithm(residue: u32, prime: u32) -> Option<(u32, u32)> {
    let generator = 65537 % prime;
    let (mut power, mut exponent, mut found) = (1, 0, None);
    loop {
        if power == residue {
            found = Some(exponent);
        }
        power = power * generator % prime;
        exponent += 1;
        if power == 1 {
            return found.map(|found| (found, exponent));
        }
    }
}

const fn common_divisor(mut one: u32, mut another: u32) -> u32 {
    while another != 0 {
        (one, another) = (another, one % another);
    }
    one
}

/// The odd primes in M for the shortest keys that the library generated, of 512 bits.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// k·M + 65537ᵃ mod M, where M is the product of the first primes up to 167.
    fn built(k: u128, exponent: u32) -> Natural {
        let one = || Natural::from_be_bytes(&[1]);
        let small = |number: u32| Natural::from_be_bytes(&number.to_be_bytes());
        let product = PRIMES
            .iter()
            .fold(small(2), |product, prime| product.times(&small(*prime)));
        let power = (0..exponent).fold(one(), |power, _| {
            power.times(&small(65537)).modulo(&product)
        });
        Natural::from_be_bytes(&k.to_be_bytes())
            .times(&product)
            .plus(&power)
    }

    #[test]
    fn f16_recognizes_every_modulus_of_the_weak_form() {
        for (k, exponent) in [(1, 0), (3, 1), (u128::MAX, 345), (1 << 99, 77)] {
            let modulus = built(k, exponent).times(&built(k ^ 5, exponent + 1));
            assert!(is_vulnerable(&modulus.to_be_bytes()), "{k} {exponent}");
            // The next odd number is not a power of 65537.
            let other = modulus.plus(&Natural::from_be_bytes(&[2]));
            assert!(!is_vulnerable(&other.to_be_bytes()), "{k} {exponent}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn f16_other_numbers_do_not_have_the_weak_form(modulus in proptest::collection::vec(any::<u8>(), 256..=512)) {
            prop_assert!(!is_vulnerable(&modulus));
        }
    }

    #[test]
    fn f16_a_power_for_each_prime_alone_is_not_the_weak_form() {
        // 1 modulo each prime except 11, and 65537 modulo 11: the exponents would be even and odd.
        let one = || Natural::from_be_bytes(&[1]);
        let others = PRIMES.iter().filter(|prime| **prime != 11);
        let others = others.fold(one(), |product, prime| {
            product.times(&Natural::from_be_bytes(&prime.to_be_bytes()))
        });
        let modulus = (0..11_u8)
            .map(|factor| {
                others
                    .times(&Natural::from_be_bytes(&[factor]))
                    .plus(&one())
            })
            .find(|candidate| candidate.modulo_small(11) == 65537 % 11)
            .unwrap();
        for prime in PRIMES {
            assert!(logarithm(modulus.modulo_small(prime), prime).is_some());
        }
        assert!(!is_vulnerable(&modulus.to_be_bytes()));
        assert!(is_vulnerable(&one().to_be_bytes()));
    }
}
