//! A short hash of a content, for names and entity tags.

/// Returns the hash FNV-1a, which distinguishes versions of a content and protects nothing.
pub(crate) const fn hash(mut bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    while let Some((byte, others)) = bytes.split_first() {
        // Widens the byte.
        hash ^= u64::from_be_bytes([0, 0, 0, 0, 0, 0, 0, *byte]);
        hash = hash.wrapping_mul(0x100_0000_01b3);
        bytes = others;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_function() {
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
