//! A whole token request, from its bytes to the reply.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_authority::fuzzing::flow(data));
