//! m2m.
fn main() {}
