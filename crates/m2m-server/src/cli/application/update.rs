//! `m2m application update`

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, ValueEnum};
use m2m_jwt::UnixTime;

use super::super::{ClientTypeWord, ManagementOptions};
use crate::clock;
use crate::timestamp;

/// Change an application. What is not named stays as it is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("change").required(true).multiple(true)))]
pub(crate) struct ApplicationUpdateOptions {
    /// Its client id, or its id
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Another name
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) name: Option<String>,
    /// Give it tokens again
    #[arg(long, group = "change", conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Give it no tokens any more
    #[arg(long, group = "change")]
    pub(crate) disable: bool,
    /// The code of the organization that it belongs to
    #[arg(long, value_name = "CODE", group = "change")]
    pub(crate) organization: Option<String>,
    /// Whether it can keep a secret
    #[arg(long, value_name = "TYPE", group = "change")]
    pub(crate) client_type: Option<ClientTypeWord>,
    /// The user that its tokens stand for
    #[arg(long, value_name = "USER", group = "change")]
    pub(crate) system_user: Option<String>,
    /// Whether its tokens may stand for that user
    #[arg(long, value_name = "BOOLEAN", group = "change")]
    pub(crate) system_user_allowed: Option<bool>,
    /// How long its tokens live at most; the API may say less. Unit: seconds
    #[arg(long, value_name = "SECONDS", group = "change")]
    pub(crate) token_lifetime: Option<u32>,
    /// Tokens that were issued before this time are good no longer where that is looked up: now, or a time by RFC 3339
    #[arg(long, value_name = "TIME", group = "change", value_parser = time)]
    pub(crate) not_before: Option<UnixTime>,
    /// An address, or a block of them, that it may come from, in the place of those before; several may be given
    #[arg(long, value_name = "BLOCK", group = "change")]
    pub(crate) allowed_address: Vec<String>,
    /// The base64 of the SHA-256 of its secret; those before end now
    #[arg(long, value_name = "HASH", group = "change")]
    pub(crate) secret_sha256: Option<String>,
    /// What it is to have no longer; several may be given
    #[arg(long, value_name = "FIELD", group = "change")]
    pub(crate) clear: Vec<Clearable>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// A field that an application may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clearable {
    Organization,
    SystemUser,
    TokenLifetime,
    NotBefore,
    AllowedAddresses,
    TokenQuota,
}

impl Clearable {
    /// Its name on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "org_code",
            Self::SystemUser => "system_user",
            Self::TokenLifetime => "access_token_lifetime",
            Self::NotBefore => "not_before",
            Self::AllowedAddresses => "allowed_addresses",
            Self::TokenQuota => "token_quota",
        }
    }
}

fn time(text: &str) -> Result<UnixTime, String> {
    if text == "now" {
        return Ok(clock::now());
    }
    timestamp::parse(text)
        .ok_or_else(|| "write now, or date, time and offset, as in 2026-11-20T00:00:00Z".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  m2m application update billing-job --name 'Billing' --token-lifetime 600
  m2m application update billing-job --disable
  m2m application update billing-job --not-before now
  m2m application update billing-job --allowed-address 10.0.0.0/8 --allowed-address 192.0.2.7
  m2m application update billing-job --clear organization --clear token-lifetime";
