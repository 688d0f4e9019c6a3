//! Lists the operations of the management API with the scope that each needs.
//!
//! `cargo run -p m2m-api --example operations` lists all of them; `-- keys` behind it lists those with this text in their path or scope.

#![expect(clippy::print_stdout, reason = "an example prints")]

use m2m_api::{Operation, Spec, operations};

macro_rules! specs {
    ($($operation:ident),+ $(,)?) => {
        [$(m2m_api::operations::$operation::SPEC),+]
    };
}

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let is_wanted = |spec: &Spec| spec.path.contains(&wanted) || spec.scope.contains(&wanted);
    for spec in operations!(specs).iter().filter(|spec| is_wanted(spec)) {
        println!("{:<6} {}", spec.method.as_str(), spec.path);
        println!("       {} (scope {})", spec.summary, spec.scope);
    }
}
