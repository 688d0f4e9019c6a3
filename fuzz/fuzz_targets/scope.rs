//! The scope list.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oauth_proto::fuzzing::scope(data));
