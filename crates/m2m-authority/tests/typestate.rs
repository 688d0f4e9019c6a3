//! Programs that must not compile: a step without the value of the previous one.

#[test]
fn no_step_can_be_skipped_or_repeated() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
