//! Explains what a server answered: a name, a JSON body, a challenge, or a whole response.
//!
//! `cargo run -p m2m-explain --example answer -- 'WWW-Authenticate: Bearer error="insufficient_scope"'`

#![expect(clippy::print_stdout, reason = "an example prints")]

use m2m_errors::Profile;
use m2m_explain::{Explanation, Input};

fn main() {
    let argument = std::env::args().nth(1);
    let answer = argument
        .as_deref()
        .unwrap_or(r#"{"error":"invalid_scope"}"#);
    let explanation = match Input::recognize(answer) {
        Input::Name(name) => Explanation::of(name, Profile::Rfc),
        Input::Received(received) => Explanation::of_received(&received, Profile::Rfc),
    };
    if let Some(explanation) = explanation {
        println!("{}: {}", explanation.name, explanation.meaning);
        for fix in &explanation.fixes {
            println!("- {fix}");
        }
    }
}
