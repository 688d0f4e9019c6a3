//! `m2m check`

use core::net::IpAddr;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::ManagementOptions;

/// Say whether an application would get a token, and if not, why: the same decision, without a token.
///
/// Exits 0 with what would be granted, and 1 with the cause and its fixes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckOptions {
    /// The client id of the application, or its id
    #[arg(long, value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client: String,
    /// The API that the token would be for; several may be given. Without it the only one that the application is authorized for
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The scopes, parted by spaces; several may be given. Without it all that are assigned
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// The IP address that the application would call from. Without it the answer names the addresses that it may call from
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m check --client billing-job --audience https://orders.example/api
  m2m check --client billing-job --audience https://orders.example/api --audience https://reports.example/
  m2m check --client billing-job --audience https://orders.example/api --address 10.1.2.3
  m2m check --client billing-job --audience https://orders.example/api --scope 'read:orders write:orders' --output json";
