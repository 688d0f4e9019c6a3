//! What must not compile: a step without the proof of the step before.

#[test]
fn no_step_can_be_skipped_or_repeated() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
