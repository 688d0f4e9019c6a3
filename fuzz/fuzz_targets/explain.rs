//! Errors in any form, as `m2m explain` reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_explain::fuzzing::explain(data));
