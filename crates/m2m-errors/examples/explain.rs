//! Explains an error code of OAuth, a cause of the taxonomy or a status of HTTP.
//!
//! `cargo run -p m2m-errors --example explain -- invalid_scope`, or `secret-rotated-out`, or `401`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::process::ExitCode;

use m2m_errors::{Advice, Cause, ErrorCode, Profile, Status};

fn main() -> ExitCode {
    let name = std::env::args().nth(1);
    let name = name.as_deref().unwrap_or("invalid_client");
    if let Ok(code) = name.parse::<ErrorCode>() {
        let entry = code.entry();
        println!("{code}: {}", entry.meaning);
        print(&entry.advice);
        println!("exact causes:");
        for cause in code.causes(Profile::Rfc) {
            println!("- {cause}");
        }
    } else if let Ok(cause) = name.parse::<Cause>() {
        let entry = cause.entry();
        println!("{cause}: {}", entry.operator);
        print(&entry.for_operator);
        for source in entry.sources {
            println!("source: {source}");
        }
    } else if let Ok(status) = name.parse::<Status>() {
        let entry = status.entry();
        println!("{} {}: {}", entry.code, entry.reason, entry.meaning);
        print(&entry.advice);
    } else {
        eprintln!("{name:?} is not an error code, a cause or a status");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn print(advice: &Advice) {
    println!("what usually leads to it:");
    for cause in advice.causes {
        println!("- {cause}");
    }
    println!("what to do:");
    for fix in advice.fixes {
        println!("- {fix}");
    }
}
