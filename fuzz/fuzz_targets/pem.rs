//! A private key in PEM.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_jwt::fuzzing::pem(data));
