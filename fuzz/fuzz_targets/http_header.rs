//! The header of a request that could not be read.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_listen::fuzzing::http_header(data));
