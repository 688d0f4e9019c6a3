//! The rows K1 to K14 and K35: M2M applications of Kinde.

mod clients;
mod requests;
mod targets;

use super::support::Rows;

fn rows() -> Rows {
    Rows::of("kinde")
}

/// Returns the parameter `audience` for an API.
fn audience(audience: &str) -> String {
    format!("&audience={audience}")
}
