//! The claims of a token.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_jwt::fuzzing::claims(data));
