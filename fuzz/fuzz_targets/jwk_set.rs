//! A set of JSON web keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_jwt::fuzzing::jwk_set(data));
