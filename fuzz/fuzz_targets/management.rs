//! Requests of the management API.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| m2m_admin::http_api::fuzzing::management(data));
