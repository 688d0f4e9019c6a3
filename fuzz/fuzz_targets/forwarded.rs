//! `Forwarded` and `X-Forwarded-For`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_listen::fuzzing::forwarded(data));
