//! The fields of an application, as options and as members of a request.
//!
//! One more field is a member of [`ApplicationFields`] and, where an application may lack it, a word of [`ApplicationClear`].

use clap::{Args, ValueEnum};
use m2m_authority::registry::{ClientType, Period, QuotaMode};
use m2m_host::clock;
use m2m_host::timestamp::{self, rfc3339};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::options::{Fields, words};

/// The fields of an application that can be set when it is created and afterwards.
#[derive(Debug, Args, Serialize)]
#[group(id = "fields")]
pub(crate) struct ApplicationFields {
    /// Description for operators
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The code of the organization that it belongs to
    #[arg(long = "organization", value_name = "CODE")]
    org_code: Option<String>,
    /// Client type: confidential if it can keep a secret, else public
    #[arg(long, value_name = "TYPE", value_parser = words(ClientType::ALL, ClientType::as_str))]
    client_type: Option<String>,
    /// The user that its tokens stand for
    #[arg(long, value_name = "USER")]
    system_user: Option<String>,
    /// Allow its tokens to act as that user
    #[arg(
        long = "system-user-allowed",
        value_name = "BOOLEAN",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    is_system_user_allowed: Option<bool>,
    /// Maximum lifetime of its tokens; an API may have a shorter one. Unit: seconds
    #[arg(long = "token-lifetime", value_name = "SECONDS")]
    access_token_lifetime: Option<u32>,
    /// Tokens that were issued before this time are good no longer where that is looked up: now, or a time by RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<String>,
    /// An address, or a block of them, that it may call from, in the place of those before; several may be given
    #[arg(long = "allowed-address", value_name = "BLOCK")]
    allowed_addresses: Vec<String>,
    /// Maximum number of tokens in a period, as in 1000/1h; the unit is s, m, h or d
    #[arg(long, value_name = "TOKENS/TIME", value_parser = quota)]
    token_quota: Option<QuotaText>,
    /// Action when the quota is exceeded: log a warning, or refuse the token. A new quota warns; otherwise the action is unchanged
    #[arg(long, value_name = "MODE", requires = "token_quota", value_parser = words(QuotaMode::ALL, QuotaMode::as_str))]
    #[serde(skip)]
    token_quota_mode: Option<String>,
    /// The base64 of the SHA-256 of its secret, in the place of those before; an application that is created without gets a secret
    #[arg(long, value_name = "HASH")]
    secret_sha256: Option<String>,
}

/// A field that an application may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApplicationClear {
    Description,
    Organization,
    SystemUser,
    TokenLifetime,
    NotBefore,
    AllowedAddresses,
    TokenQuota,
}

impl Fields for ApplicationFields {
    type Clear = ApplicationClear;

    fn cleared(field: ApplicationClear) -> (&'static str, Value) {
        match field {
            ApplicationClear::Description => ("description", Value::Null),
            ApplicationClear::Organization => ("org_code", Value::Null),
            ApplicationClear::SystemUser => ("system_user", Value::Null),
            ApplicationClear::TokenLifetime => ("access_token_lifetime", Value::Null),
            ApplicationClear::NotBefore => ("not_before", Value::Null),
            ApplicationClear::AllowedAddresses => ("allowed_addresses", json!([])),
            ApplicationClear::TokenQuota => ("token_quota", Value::Null),
        }
    }

    fn combine(&self, members: &mut Map<String, Value>) {
        let quota = members
            .get_mut("token_quota")
            .and_then(Value::as_object_mut);
        if let (Some(mode), Some(quota)) = (&self.token_quota_mode, quota) {
            quota.insert("mode".to_owned(), json!(mode));
        }
    }
}

/// A number of tokens in a length of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct QuotaText {
    tokens: u64,
    per: String,
}

fn quota(text: &str) -> Result<QuotaText, String> {
    let parts = text.split_once('/');
    let read = parts.and_then(|(tokens, per)| {
        let tokens = tokens.parse().ok().filter(|tokens| *tokens > 0)?;
        let per: Period = per.parse().ok()?;
        let per = per.to_string();
        Some(QuotaText { tokens, per })
    });
    read.ok_or_else(|| {
        "write a number of tokens and a length of time, as in 1000/1h; the unit is s, m, h or d"
            .to_owned()
    })
}

fn time(text: &str) -> Result<String, String> {
    if text == "now" {
        return Ok(rfc3339(clock::now()));
    }
    let time = timestamp::parse(text).map(rfc3339);
    time.ok_or_else(|| "write now, or date, time and offset, as in 2026-11-20T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_of_tokens_in_a_length_of_time() {
        let expected = QuotaText {
            tokens: 1000,
            per: "1h".to_owned(),
        };
        assert_eq!(quota("1000/1h"), Ok(expected));
        for wrong in [
            "1000", "1000/h", "0/1h", "-1/1h", "1000/1w", "/1h", "1h/1000", "",
        ] {
            assert!(quota(wrong).unwrap_err().contains("1000/1h"), "{wrong}");
        }
    }
}
