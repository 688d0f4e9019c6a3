//! A token against fixed keys, which never accept it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_jwt::fuzzing::token(data));
