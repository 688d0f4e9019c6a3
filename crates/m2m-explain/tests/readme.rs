//! The output of the README's program.

use m2m_errors::Profile;
use m2m_explain::{Explanation, Received};

#[test]
fn the_readme_shows_the_output_of_its_program() {
    let received = Received {
        error: Some("invalid_scope".to_owned()),
        ..Received::default()
    };
    let mut printed = String::new();
    if let Some(explanation) = Explanation::of_received(&received, Profile::Rfc) {
        printed += &format!("{}: {}\n", explanation.name, explanation.meaning);
        for (title, texts) in [("Causes", explanation.causes), ("Fixes", explanation.fixes)] {
            printed += &format!("{title}:\n");
            for text in texts {
                printed += &format!("- {text}\n");
            }
        }
    }
    let shown = format!("```text\n{printed}```\n");
    let readme = include_str!("../README.md");
    assert!(readme.contains(&shown), "write into README.md:\n{shown}");
}
