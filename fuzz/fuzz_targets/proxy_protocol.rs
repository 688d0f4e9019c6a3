//! The header of the PROXY protocol.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_listen::fuzzing::proxy_protocol(data));
