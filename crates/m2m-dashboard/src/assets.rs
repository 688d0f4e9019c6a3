//! The files that pages load.

use core::str;

use crate::Page;
use crate::hash::hash;

/// Returns the file with this name, if there is one. Its name contains a hash of its content, so that it can be cached for ever.
#[must_use]
pub fn asset(name: &str) -> Option<Page> {
    (name == STYLESHEET).then(|| Page::asset("text/css; charset=utf-8", CSS))
}

/// The name of the style sheet.
pub(crate) const STYLESHEET: &str = match str::from_utf8(&STYLESHEET_BYTES) {
    Ok(name) => name,
    Err(_) => panic!("a hash in hexadecimal digits is ASCII"),
};

const CSS: &str = include_str!("../assets/m2m.css");

const STYLESHEET_BYTES: [u8; 24] = named(hash(CSS.as_bytes()));

/// Returns `m2m-`, the digits of the hash, and `.css`.
const fn named(hash: u64) -> [u8; 24] {
    let mut name = *b"m2m-0000000000000000.css";
    let (_, rest) = name.split_at_mut(4);
    let (digits, _) = rest.split_at_mut(16);
    let mut rest = digits;
    let mut shift = 64_u32;
    while let Some((digit, others)) = rest.split_first_mut() {
        shift -= 4;
        let [.., value] = (hash >> shift).to_be_bytes();
        *digit = match value & 15 {
            value @ 0..=9 => b'0' + value,
            value => b'a' + value - 10,
        };
        rest = others;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_contains_the_hash_of_the_content() {
        assert_eq!(STYLESHEET, format!("m2m-{:016x}.css", hash(CSS.as_bytes())));
        assert!(asset(STYLESHEET).is_some());
        assert_eq!(asset("m2m.css"), None);
    }
}
