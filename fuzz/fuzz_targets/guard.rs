//! A call of an API, from its headers and query to the answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_guard::fuzzing::guard(data));
