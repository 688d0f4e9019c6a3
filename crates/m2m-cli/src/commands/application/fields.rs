//! The fields of an application, as options and as members of a request.
//!
//! A new field needs a member of [`ApplicationFields`], a line in `set!` and, if it can be cleared, a variant of
//! [`ApplicationClear`].

use clap::{Args, ValueEnum};
use m2m_api::operations::{ApplicationChange, NewApplication, QuotaChange};
use m2m_api::values::{AudienceText, Given, Key, Patch, SecretSha256, Time};
use m2m_authority::registry::{
    AddressBlock, AuthenticationMethod, ClientType, GrantType, Lifetime, Line, Period, QuotaMode,
    Text,
};
use m2m_host::error::Failure;
use m2m_host::{clock, timestamp};

use crate::options::{clear, empty, list, words};

/// The fields of an application that can be set when it is created and afterwards.
#[derive(Debug, Args)]
#[group(id = "fields")]
pub(crate) struct ApplicationFields {
    /// Description for operators
    #[arg(long, value_name = "TEXT")]
    description: Option<Text<1000>>,
    /// Team, department or person that the application belongs to; `m2m application stop --owner` stops all applications of an owner
    #[arg(long, value_name = "OWNER")]
    owner: Option<Line<200>>,
    /// Contact for questions about the application: an e-mail address, a URL or another text
    #[arg(long, value_name = "CONTACT")]
    contact: Option<Line<200>>,
    /// Purpose of the application
    #[arg(long, value_name = "TEXT")]
    purpose: Option<Text<1000>>,
    /// Audience of the API that the application's token requests are for if they name none; the application needs an authorization for the API
    #[arg(long, value_name = "AUDIENCE")]
    default_audience: Option<AudienceText>,
    /// Code of the organization that the application belongs to
    #[arg(long = "organization", value_name = "CODE")]
    org_code: Option<Key>,
    /// Client type: confidential if the application can keep a secret, public otherwise
    #[arg(long, value_name = "TYPE", value_parser = words(ClientType::ALL, ClientType::as_str))]
    client_type: Option<ClientType>,
    /// Grant type that the application may use; replaces all grant types set before
    #[arg(long = "grant-type", value_name = "TYPE", value_parser = words(GrantType::ALL, GrantType::as_str))]
    grant_types: Vec<GrantType>,
    /// Method by which the application may authenticate; may be repeated; replaces all methods set before
    #[arg(long = "authentication-method", value_name = "METHOD", value_parser = words(AuthenticationMethod::ALL, AuthenticationMethod::as_str))]
    authentication_methods: Vec<AuthenticationMethod>,
    /// System user that the application acts as (the claim sub of the application's tokens)
    #[arg(long, value_name = "USER")]
    system_user: Option<Key>,
    /// Allow the application to act as the system user
    #[arg(
        long = "system-user-allowed",
        value_name = "BOOLEAN",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    is_system_user_allowed: Option<bool>,
    /// Maximum lifetime of the application's tokens, in seconds; an API may have a shorter maximum
    #[arg(long = "token-lifetime", value_name = "SECONDS")]
    access_token_lifetime: Option<Lifetime>,
    /// Revoke the application's tokens issued up to this time: now, or a time (RFC 3339). APIs that verify tokens locally accept revoked tokens until they expire
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<Time>,
    /// Time at which the application expires: now, a period such as 90d (units: s, m, h, d), or a time (RFC 3339). From then on, token requests are refused; tokens expire by then
    #[arg(long, value_name = "TIME", value_parser = end)]
    expires_at: Option<Time>,
    /// IP address or CIDR block that the application may call from; may be repeated; replaces all addresses set before
    #[arg(long = "allowed-address", value_name = "BLOCK")]
    allowed_addresses: Vec<AddressBlock>,
    /// Maximum number of tokens in a period, such as 1000/1h (units: s, m, h, d)
    #[arg(long, value_name = "TOKENS/TIME", value_parser = quota)]
    token_quota: Option<QuotaChange>,
    /// Action when the quota is exceeded: with warn, the token is issued and counted in the log as beyond_quota; with enforce, the token is refused. By default, an existing quota keeps its mode, and a new quota has the mode warn
    #[arg(long, value_name = "MODE", requires = "token_quota", value_parser = words(QuotaMode::ALL, QuotaMode::as_str))]
    token_quota_mode: Option<QuotaMode>,
    /// Base64 of the SHA-256 of the application's secret; replaces all previous secrets. Without this option, a new application gets a generated secret
    #[arg(long, value_name = "HASH")]
    secret_sha256: Option<SecretSha256>,
}

/// A field that an application may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApplicationClear {
    Description,
    Owner,
    Contact,
    Purpose,
    DefaultAudience,
    Organization,
    GrantTypes,
    SystemUser,
    TokenLifetime,
    NotBefore,
    ExpiresAt,
    AllowedAddresses,
    TokenQuota,
}

/// Sets the members that the bodies of a new application and of a change have in common.
macro_rules! set {
    ($body:expr, $fields:expr) => {{
        let (body, fields) = ($body, $fields);
        body.description = Patch::set_or_keep(fields.description.clone());
        body.owner = Patch::set_or_keep(fields.owner.clone());
        body.contact = Patch::set_or_keep(fields.contact.clone());
        body.purpose = Patch::set_or_keep(fields.purpose.clone());
        body.default_audience = Patch::set_or_keep(fields.default_audience.clone());
        body.org_code = Patch::set_or_keep(fields.org_code.clone());
        body.client_type = Given(fields.client_type);
        body.grant_types = list("--grant-type", &fields.grant_types)?;
        body.authentication_methods =
            list("--authentication-method", &fields.authentication_methods)?;
        body.system_user = Patch::set_or_keep(fields.system_user.clone());
        body.is_system_user_allowed = Given(fields.is_system_user_allowed);
        body.access_token_lifetime = Patch::set_or_keep(fields.access_token_lifetime);
        body.not_before = Patch::set_or_keep(fields.not_before);
        body.expires_at = Patch::set_or_keep(fields.expires_at);
        body.allowed_addresses = list("--allowed-address", &fields.allowed_addresses)?;
        body.token_quota = Patch::set_or_keep(fields.quota());
        body.secret_sha256 = fields.secret_sha256.clone().into();
    }};
}

impl ApplicationFields {
    /// Sets the members of a new application.
    ///
    /// # Errors
    ///
    /// If an option is given too often.
    pub(crate) fn set(&self, application: &mut NewApplication) -> Result<(), Failure> {
        set!(application, self);
        Ok(())
    }

    /// Returns the change that the options and the words after `--clear` describe.
    ///
    /// # Errors
    ///
    /// As [`ApplicationFields::set`]; also if a field is both set and cleared.
    pub(crate) fn change(
        &self,
        cleared: &[ApplicationClear],
    ) -> Result<ApplicationChange, Failure> {
        let mut change = ApplicationChange::default();
        set!(&mut change, self);
        for field in cleared {
            match field {
                ApplicationClear::Description => clear(&mut change.description)?,
                ApplicationClear::Owner => clear(&mut change.owner)?,
                ApplicationClear::Contact => clear(&mut change.contact)?,
                ApplicationClear::Purpose => clear(&mut change.purpose)?,
                ApplicationClear::DefaultAudience => clear(&mut change.default_audience)?,
                ApplicationClear::Organization => clear(&mut change.org_code)?,
                ApplicationClear::GrantTypes => empty(&mut change.grant_types)?,
                ApplicationClear::SystemUser => clear(&mut change.system_user)?,
                ApplicationClear::TokenLifetime => clear(&mut change.access_token_lifetime)?,
                ApplicationClear::NotBefore => clear(&mut change.not_before)?,
                ApplicationClear::ExpiresAt => clear(&mut change.expires_at)?,
                ApplicationClear::AllowedAddresses => empty(&mut change.allowed_addresses)?,
                ApplicationClear::TokenQuota => clear(&mut change.token_quota)?,
            }
        }
        Ok(change)
    }

    /// Returns the quota, with its mode if that is given.
    fn quota(&self) -> Option<QuotaChange> {
        let quota = self.token_quota?;
        Some(QuotaChange {
            mode: self.token_quota_mode,
            ..quota
        })
    }
}

fn quota(text: &str) -> Result<QuotaChange, String> {
    let parts = text.split_once('/');
    let read = parts.and_then(|(tokens, per)| {
        let tokens: u64 = tokens.parse().ok()?;
        Some(QuotaChange {
            tokens: tokens.try_into().ok()?,
            per: per.parse::<Period>().ok()?,
            mode: None,
        })
    });
    read.ok_or_else(|| {
        "write a number of tokens and a period, as in 1000/1h; the unit is s, m, h or d".to_owned()
    })
}

fn time(text: &str) -> Result<Time, String> {
    if text == "now" {
        return Ok(Time(clock::now()));
    }
    let time = timestamp::parse(text).map(Time);
    time.ok_or_else(|| {
        "write now, or a date, a time and an offset, as in 2026-11-20T00:00:00Z".to_owned()
    })
}

/// Reads a time at which something ends: as [`time`] does, or a period from now on.
fn end(text: &str) -> Result<Time, String> {
    if let Ok(period) = text.parse::<Period>() {
        let end = clock::now().saturating_add_seconds(period.as_seconds());
        return Ok(Time(end));
    }
    time(text).map_err(|_| {
        "write now, a period such as 90d, or a date, a time and an offset, as in 2026-11-20T00:00:00Z"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_of_tokens_in_a_length_of_time() {
        let read = quota("1000/1h").unwrap();
        assert_eq!((read.tokens.get(), read.per.as_seconds()), (1000, 3600));
        assert_eq!(read.mode, None);
        for wrong in [
            "1000", "1000/h", "0/1h", "-1/1h", "1000/1w", "/1h", "1h/1000", "",
        ] {
            assert!(quota(wrong).unwrap_err().contains("1000/1h"), "{wrong}");
        }
    }
}
