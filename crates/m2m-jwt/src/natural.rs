//! Natural numbers of a few thousand bits, for the checks of keys. Nothing here is on the path of a token.

use core::cmp::Ordering;

use zeroize::Zeroizing;

/// A natural number. It may be a secret: it is wiped when it is dropped, and the remainder of a division takes the same steps for all numbers
/// of one length.
pub(crate) struct Natural {
    /// Least significant first.
    limbs: Zeroizing<Vec<u32>>,
}

impl Natural {
    /// Reads a number from its bytes, most significant first.
    pub(crate) fn from_be_bytes(bytes: &[u8]) -> Self {
        let limbs = bytes.rchunks(4).map(|chunk| {
            chunk
                .iter()
                .fold(0, |limb: u32, byte| (limb << 8) | u32::from(*byte))
        });
        Self {
            limbs: Zeroizing::new(limbs.collect()),
        }
    }

    /// Returns the bytes, most significant first, with zeros in front.
    #[cfg(test)]
    pub(crate) fn to_be_bytes(&self) -> Vec<u8> {
        let limbs = self.limbs.iter().rev();
        limbs.flat_map(|limb| limb.to_be_bytes()).collect()
    }

    /// Returns the product.
    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut product = Zeroizing::new(vec![0_u32; self.limbs.len() + other.limbs.len()]);
        for (shift, limb) in self.limbs.iter().enumerate() {
            let mut carry = 0_u64;
            let factors = other.limbs.iter().copied().chain([0]);
            for (target, factor) in product.iter_mut().skip(shift).zip(factors) {
                let sum = u64::from(*limb) * u64::from(factor) + u64::from(*target) + carry;
                *target = low(sum);
                carry = sum >> 32;
            }
        }
        Self { limbs: product }
    }

    /// Returns the sum.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let length = self.limbs.len().max(other.limbs.len()) + 1;
        let mut sum = Zeroizing::new(Vec::with_capacity(length));
        let mut carry = 0_u64;
        for at in 0..length {
            carry += u64::from(self.limb(at)) + u64::from(other.limb(at));
            sum.push(low(carry));
            carry >>= 32;
        }
        Self { limbs: sum }
    }

    /// Returns the number less one; `self` is not 0.
    pub(crate) fn less_one(&self) -> Self {
        let mut limbs = self.limbs.clone();
        for limb in limbs.iter_mut() {
            let (less, borrowed) = limb.overflowing_sub(1);
            *limb = less;
            if !borrowed {
                break;
            }
        }
        Self { limbs }
    }

    /// Returns the remainder of a division by `divisor`, which is not 0. Long division in base two.
    pub(crate) fn modulo(&self, divisor: &Self) -> Self {
        // One limb more, because the remainder is doubled before the divisor is subtracted.
        let length = divisor.limbs.len() + 1;
        let mut remainder = Zeroizing::new(vec![0_u32; length]);
        let mut less = Zeroizing::new(vec![0_u32; length]);
        for limb in self.limbs.iter().rev() {
            for bit in (0..32).rev() {
                let mut carry = (limb >> bit) & 1;
                for limb in remainder.iter_mut() {
                    let doubled = (u64::from(*limb) << 1) | u64::from(carry);
                    *limb = low(doubled);
                    carry = low(doubled >> 32);
                }
                let mut borrow = 0_u64;
                let subtrahend = divisor.limbs.iter().copied().chain([0]);
                for ((less, limb), subtrahend) in
                    less.iter_mut().zip(remainder.iter()).zip(subtrahend)
                {
                    let difference = u64::from(*limb)
                        .wrapping_sub(u64::from(subtrahend))
                        .wrapping_sub(borrow);
                    *less = low(difference);
                    borrow = difference >> 63;
                }
                // All ones if the remainder is smaller than the divisor and stays as it is.
                let keep = 0_u32.wrapping_sub(low(borrow));
                for (limb, less) in remainder.iter_mut().zip(less.iter()) {
                    *limb = (*limb & keep) | (*less & !keep);
                }
            }
        }
        Self { limbs: remainder }
    }

    /// Returns a limb, which is 0 beyond the most significant one.
    fn limb(&self, at: usize) -> u32 {
        self.limbs.get(at).copied().unwrap_or_default()
    }

    /// Returns the remainder of a division by a small number, which is not 0.
    pub(crate) fn modulo_small(&self, divisor: u32) -> u32 {
        let divisor = u64::from(divisor);
        let remainder = self.limbs.iter().rev().fold(0_u64, |remainder, limb| {
            ((remainder << 32) | u64::from(*limb)) % divisor
        });
        low(remainder)
    }
}

/// Returns the lower half.
const fn low(limb: u64) -> u32 {
    let [a, b, c, d, ..] = limb.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

impl PartialEq for Natural {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Natural {}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.limbs.len().max(other.limbs.len());
        (0..length)
            .rev()
            .map(|at| self.limb(at).cmp(&other.limb(at)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn natural(value: u128) -> Natural {
        Natural::from_be_bytes(&value.to_be_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn calculates_as_the_processor_does(one in any::<u64>(), another in any::<u64>(), divisor in 1..u128::MAX, small in 1..u32::MAX) {
            let (one, another) = (u128::from(one), u128::from(another));
            let product = natural(one).times(&natural(another));
            prop_assert!(product == natural(one * another));
            prop_assert!(natural(one).plus(&natural(another)) == natural(one + another));
            prop_assert!(product.modulo(&natural(divisor)) == natural((one * another) % divisor));
            prop_assert_eq!(u128::from(product.modulo_small(small)), (one * another) % u128::from(small));
            prop_assert!(natural(divisor).less_one() == natural(divisor - 1));
            prop_assert_eq!(natural(one).cmp(&natural(another)), one.cmp(&another));
        }
    }

    #[test]
    fn leading_zeros_do_not_change_a_number() {
        assert!(Natural::from_be_bytes(&[0, 0, 0, 0, 0, 7]) == Natural::from_be_bytes(&[7]));
        assert!(Natural::from_be_bytes(&[]) == Natural::from_be_bytes(&[0]));
        assert!(Natural::from_be_bytes(&[1, 0, 0, 0, 0]) > Natural::from_be_bytes(&[255; 4]));
    }
}
