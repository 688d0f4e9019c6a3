//! `m2m jwt verify`: whether a token is valid, and the reason if not.

mod keys;
mod mismatch;
mod unusable_key;

use std::borrow::Cow;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_errors::Cause;
use m2m_guard::{Denied, Guard, Requirement, malformed_claim};
use m2m_host::error::Failure;
use m2m_host::http_client::ConnectionOptions;
use m2m_host::key_help::shell_word;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::{clock, token_text};
use m2m_jwt::{
    Algorithm, Claim, Claims, Expectations, InvalidToken, IssuerProfile, KeySet, Leeway, Limits,
    Reading, TokenForm, UnixTime, Unverified, Verified,
};
use serde_json::{Value, json};

use crate::commands::jwt::{algorithm, token_fixes};
use crate::options::{scopes, words};
use crate::token_input;

use keys::Keys;
use mismatch::Mismatch;
use unusable_key::UnusableKey;

/// Verify an access token: signature, type, times, issuer, audience, scopes and organization.
///
/// Exits 0 if the token is valid, and 1 with the cause if it is not.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct JwtVerifyOptions {
    /// Token, or response of a token endpoint. Without this argument, or with -, the token is read from standard input
    #[arg(value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Keys of the issuer: a JWK set, a JWK or a public key in PEM, as a file, a URL, or - for standard input; by default, the JWK set that the issuer's metadata names
    #[arg(long, value_name = "FILE|URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) jwks: Option<String>,
    /// Audience that the token must have; if repeated, one match is enough. Without this option, the audience is not checked
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: Vec<String>,
    /// Issuer that the token must come from. Without this option, the issuer is not checked
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Scopes that the call needs, separated by spaces; may be repeated. Without this option, the scopes are not checked
    #[arg(long, value_name = "SCOPE", value_parser = scopes())]
    pub(crate) scope: Vec<String>,
    /// Organization of the route or of the resource. Without this option, the organization is not checked
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) organization: Option<String>,
    /// Accepted signature algorithm; may be repeated. By default, all supported algorithms are accepted
    #[arg(long = "alg", value_name = "ALG", value_parser = algorithm)]
    pub(crate) algorithms: Vec<Algorithm>,
    /// Seconds by which the claims iat and nbf may be ahead of this machine's clock, at most 60; the claim exp has no leeway
    #[arg(long, value_name = "SECONDS", default_value = "10", allow_negative_numbers = true, value_parser = leeway)]
    pub(crate) leeway: Leeway,
    /// Accepted type of the token (header parameter typ), such as JWT; may be repeated. By default at+jwt, with the claims that RFC 9068 requires; with another type, iss, aud and exp are enough
    #[arg(long = "typ", value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) types: Vec<String>,
    /// Form of the access tokens of an issuer that does not follow RFC 9068: their type, which some lack, their claims, and what distinguishes them from ID tokens
    #[arg(long, value_name = "PROFILE", conflicts_with = "types", value_parser = words(IssuerProfile::ALL, IssuerProfile::as_str))]
    pub(crate) issuer_profile: Option<IssuerProfile>,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

fn leeway(seconds: &str) -> Result<Leeway, String> {
    let seconds = seconds
        .parse()
        .map_err(|_| "write a whole number of seconds, from 0 to 60".to_owned())?;
    Leeway::from_seconds(seconds)
        .map_err(|error| format!("{error}; if the clock is further behind, set the clock"))
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  m2m jwt verify \"$TOKEN\" --issuer http://127.0.0.1:8080 \\
    --audience https://orders.example/api
  m2m jwt verify \"$TOKEN\" --issuer https://id.example \\
    --scope read:orders --organization org_acme
  m2m jwt verify \"$TOKEN\" --ca-file internal-ca.pem \\
    --jwks https://id.internal/.well-known/jwks.json
  m2m jwt verify --jwks jwks.json --issuer https://id.example < token.txt
  m2m jwt verify \"$TOKEN\" --jwks public.pem
  m2m jwt verify \"$TOKEN\" --jwks - --typ JWT < jwks.json
  m2m jwt verify \"$TOKEN\" --issuer-profile okta \\
    --issuer https://example.okta.com/oauth2/default

Without --issuer and --audience, a valid signature only shows that a key in the
JWK set signed the token, for some audience.";

/// The reason why a token is not valid, with related findings.
#[derive(Debug)]
struct Rejected {
    error: Objection,
    mismatch: Option<Box<Mismatch>>,
    /// The keys of the set that cannot be used, one of which may be the right one.
    unusable_keys: Vec<UnusableKey>,
}

/// The first mistake found in a token.
#[derive(Debug)]
enum Objection {
    /// Form, signature, a registered claim, or a time.
    Token(InvalidToken),
    /// A claim beyond the registered ones, as API guards read it, has the wrong type.
    Claim(&'static str),
    /// The token is valid, and lacks what the call needs.
    Call(Box<Denied>),
}

pub(super) fn verify(options: &JwtVerifyOptions, output: &Output) -> Result<(), Failure> {
    check_input(options)?;
    let token = token_input::read(
        options.token.as_deref(),
        "m2m jwt verify \"$TOKEN\" --issuer URL --audience AUDIENCE",
    )?;
    let keys = keys::read(options)?;
    let now = clock::now();
    let reading = Reading::of(&token);
    match judge(&token, &keys, options, now) {
        Ok(()) => {
            show(&reading, options, now, output);
            Ok(())
        }
        Err(rejected) => {
            match options.output {
                Format::Text => output.bad("not valid"),
                Format::Json => output.json(&rejected.to_json(options, &reading)),
            }
            Err(rejected.into_failure(options, &reading))
        }
    }
}

/// Checks that there are keys, and that standard input is read for one thing.
fn check_input(options: &JwtVerifyOptions) -> Result<(), Failure> {
    if options.jwks.is_none() && options.issuer.is_none() {
        return Err(keys::none_given());
    }
    let is_input = |value: &Option<String>| value.as_deref() == Some("-");
    if is_input(&options.jwks) && (options.token.is_none() || is_input(&options.token)) {
        return Err(Failure::usage(
            "the token and the keys would both be read from standard input",
        )
        .help("pass the token as an argument: m2m jwt verify \"$TOKEN\" --jwks - < jwks.json")
        .help("or name the file of the keys: m2m jwt verify --jwks jwks.json < token.txt"));
    }
    Ok(())
}

/// Verifies the token. If an option is absent, the value in the token itself is expected.
fn judge(
    token: &str,
    keys: &Keys,
    options: &JwtVerifyOptions,
    now: UnixTime,
) -> Result<(), Rejected> {
    let unverified = Unverified::parse(token, &Limits::DEFAULT)?;
    // Claims that cannot be read are reported in their turn, after the header and the signature.
    let claims = unverified.unverified_claims().ok();
    let own_audiences: Vec<_> = claims.iter().flat_map(Claims::audience).collect();
    let audiences: Vec<&str> = if options.audience.is_empty() {
        own_audiences.iter().map(|audience| &**audience).collect()
    } else {
        options.audience.iter().map(String::as_str).collect()
    };
    let own_issuer = claims.as_ref().and_then(Claims::issuer);
    let issuer = options.issuer.as_deref().or(own_issuer).unwrap_or_default();
    let types: Vec<&str> = options.types.iter().map(String::as_str).collect();
    let access_token = Expectations::access_token(issuer, &audiences, &[]);
    let of_form = match (options.issuer_profile, &*types) {
        (Some(profile), _) => Expectations::of_issuer(profile, issuer, &audiences, &[]),
        // The claims that both claim sets have; those of RFC 9068 have a `sub` as well.
        (None, []) => Expectations {
            required_claims: &[Claim::ClientId, Claim::IssuedAt, Claim::JwtId],
            ..access_token
        },
        (None, types) => Expectations {
            token_types: types,
            required_claims: &[],
            ..access_token
        },
    };
    let algorithms = if options.algorithms.is_empty() {
        Algorithm::ALL
    } else {
        &options.algorithms
    };
    let expectations = Expectations {
        algorithms,
        leeway: options.leeway,
        ..of_form
    };
    let header = unverified.header()?;
    let set = KeySet::new(&keys.usable);
    let verified = match set.keys() {
        // A public key has no key id that the token could name.
        [key] if keys.is_chosen => m2m_jwt::verify_with_key(&unverified, key, &expectations, now),
        _ => m2m_jwt::verify(&unverified, &set, &expectations, now),
    };
    let claims = verified.map_err(|error| Rejected {
        error: error.into(),
        mismatch: Mismatch::of(error, &unverified, &keys.usable, &expectations, now).map(Box::new),
        unusable_keys: keys.suspects(error, header.key_id()),
    })?;
    if options.organization.is_some() || !options.scope.is_empty() {
        let guard = Guard::new(issuer, &audiences);
        return judge_call(&claims, guard, options)
            .map_err(|denied| Objection::Call(Box::new(denied)).into());
    }
    match malformed_claim(&claims) {
        Some(name) if options.types.is_empty() && options.issuer_profile.is_none() => {
            Err(Objection::Claim(name).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks that a valid token has what the call needs, as the guard of an API reads it.
fn judge_call(
    claims: &Verified<Claims<'_>>,
    guard: Guard,
    options: &JwtVerifyOptions,
) -> Result<(), Denied> {
    let guard = match options.issuer_profile {
        Some(profile) => guard.with_issuer_profile(profile),
        None => guard,
    };
    let caller = guard.caller(claims)?;
    let scopes = options.scope.iter().flat_map(|own| own.split_whitespace());
    let scopes: Vec<&str> = scopes.collect();
    let required = Requirement::scopes(&scopes);
    let required = match &options.organization {
        Some(organization) => required.in_organization(organization),
        None => required,
    };
    guard.check_caller(&caller, required)
}

/// Prints a valid token.
fn show(reading: &Reading, options: &JwtVerifyOptions, now: UnixTime, output: &Output) {
    match options.output {
        Format::Text => {
            let optional = checks(options)
                .into_iter()
                .filter(|(_, is_checked)| *is_checked);
            let names: Vec<_> = ["signature", "type", "times"]
                .into_iter()
                .chain(optional.map(|(name, _)| name))
                .collect();
            let (last, others) = names.split_last().unwrap_or((&"", &[]));
            output.good(&format!(
                "valid: {} and {last} are correct",
                others.join(", ")
            ));
            token_text::print(reading, now, output);
            for name in not_checked(options) {
                output.line(format!("The {name} was not checked: add --{name}."));
            }
        }
        Format::Json => {
            let mut json = token_text::to_json(reading);
            if let Some(object) = json.as_object_mut() {
                object.insert("verified".to_owned(), true.into());
                object.insert("not_checked".to_owned(), not_checked(options).into());
            }
            output.json(&json);
        }
    }
}

/// The checks that options ask for, and whether they do.
fn checks(options: &JwtVerifyOptions) -> [(&'static str, bool); 4] {
    [
        ("issuer", options.issuer.is_some()),
        ("audience", !options.audience.is_empty()),
        ("organization", options.organization.is_some()),
        ("scope", !options.scope.is_empty()),
    ]
}

/// Returns the names of the absent options without which the token can be from any issuer, or for any API.
fn not_checked(options: &JwtVerifyOptions) -> Vec<&'static str> {
    let of_origin = checks(options).into_iter().take(2);
    of_origin
        .filter_map(|(name, is_checked)| (!is_checked).then_some(name))
        .collect()
}

impl Rejected {
    fn to_json(&self, options: &JwtVerifyOptions, reading: &Reading) -> Value {
        let cause = self.error.cause();
        let mut json = json!({
            "verified": false,
            "cause": cause.id(),
            "reason": self.error.reason(),
            "fixes": self.fixes(options, reading),
            "remarks": token_text::remarks(reading),
            "not_checked": not_checked(options),
        });
        let mismatch = serde_json::to_value(&self.mismatch).unwrap_or_default();
        if let (Some(object), Value::Object(mismatch)) = (json.as_object_mut(), mismatch) {
            object.extend(mismatch);
            if !self.unusable_keys.is_empty() {
                object.insert("unusable_keys".to_owned(), json!(self.unusable_keys));
            }
        }
        json
    }

    fn into_failure(self, options: &JwtVerifyOptions, reading: &Reading) -> Failure {
        let cause = self.error.cause();
        let failure =
            token_text::failure_without_fixes(cause).because(printable(&self.error.reason()));
        let failure = match &self.mismatch {
            Some(mismatch) => failure.because(mismatch.text()),
            None => failure,
        };
        let failure = match is_of_form_or_claims(cause) {
            true => token_text::remark_on(failure, reading),
            false => failure,
        };
        let failure = self
            .unusable_keys
            .iter()
            .fold(failure, |failure, key| failure.because(key.text()));
        let fixes = self.fixes(options, reading);
        fixes
            .iter()
            .fold(failure, |failure, fix| failure.help(&**fix))
    }

    /// Returns the fixes for the reader of a token, who has it from the issuer that the API trusts, unless it is known to be from another.
    fn fixes(&self, options: &JwtVerifyOptions, reading: &Reading) -> Vec<Cow<'static, str>> {
        let cause = self.error.cause();
        let is_of_issuer = || {
            let issuer = reading.claims().find(|(name, _)| name == "iss");
            let issuer = issuer.and_then(|(_, value)| serde_json::from_str::<String>(&value).ok());
            issuer.is_some() && issuer == options.issuer
        };
        let fixes = if cause == Cause::TokenMalformed && reading.form() != TokenForm::Signed {
            // The text is whole, and is not a signed token.
            &[]
        } else {
            token_fixes(cause, is_of_issuer())
        };
        let mismatch = self.mismatch.as_deref();
        let of_options = mismatch.and_then(|mismatch| match self.error {
            Objection::Token(InvalidToken::TypeMissing | InvalidToken::TypeMismatch) => {
                Some(type_fix(mismatch.got(), options))
            }
            Objection::Token(InvalidToken::IssuerMismatch) => mismatch.slash_fix("--issuer"),
            Objection::Token(InvalidToken::AudienceMismatch) => mismatch.slash_fix("--audience"),
            Objection::Token(_) | Objection::Claim(_) | Objection::Call(_) => None,
        });
        let fixes = fixes.iter().map(|fix| Cow::Borrowed(*fix));
        fixes.chain(of_options.map(Cow::Owned)).collect()
    }
}

/// Returns the option with which a token of this type, or without one, is accepted, if it is an access token.
fn type_fix(own_type: Option<&str>, options: &JwtVerifyOptions) -> String {
    let Some(own_type) = own_type else {
        return "If the issuer writes no type into its access tokens, name its profile, as in --issuer-profile okta."
            .to_owned();
    };
    let is_of_rfc9068 = ["at+jwt", "application/at+jwt"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(own_type));
    if is_of_rfc9068 {
        let option = match options.issuer_profile {
            Some(_) => "--issuer-profile",
            None => "--typ",
        };
        return format!(
            "The token has the type of RFC 9068, which is accepted without the option {option}."
        );
    }
    let typ = shell_word(&printable(own_type)).map_or_else(String::new, |word| {
        format!("accept it with --typ {word}, or ")
    });
    format!(
        "If the issuer writes this type into its access tokens, {typ}name the profile of the issuer, as in --issuer-profile auth0."
    )
}

/// Returns true if the remarks on a token can explain the cause.
const fn is_of_form_or_claims(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::TokenMalformed
            | Cause::TokenCriticalHeader
            | Cause::TokenAlgorithmWrong
            | Cause::TokenClaimMalformed
            | Cause::TokenClaimMissing
            | Cause::TokenNotYetValid
            | Cause::TokenIssuedInFuture
    )
}

impl Objection {
    const fn cause(&self) -> Cause {
        match self {
            Self::Token(error) => error.cause(),
            Self::Claim(_) => Cause::TokenClaimMalformed,
            Self::Call(denied) => denied.cause(),
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Token(error) => token_text::reason(error),
            Self::Claim(name) => format!("the claim `{name}` has the wrong type"),
            Self::Call(denied) => denied.evidence().to_string(),
        }
    }
}

impl From<InvalidToken> for Objection {
    fn from(error: InvalidToken) -> Self {
        Self::Token(error)
    }
}

impl<E: Into<Objection>> From<E> for Rejected {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            mismatch: None,
            unusable_keys: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use m2m_jwt::SigningKey;

    use super::*;

    /// The options in a command line of their own.
    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        options: JwtVerifyOptions,
    }

    #[test]
    fn x3_x4_a_claim_that_guards_read_has_its_type() {
        let (key, _) = SigningKey::generate(Algorithm::Es256, Some("1")).unwrap();
        let set = format!("{{\"keys\":[{}]}}", key.public_jwk().to_json());
        let keys = keys::of_json("keys", set.as_bytes()).unwrap();
        let Alone { options } = Alone::parse_from(["verify", "--jwks", "keys.json"]);
        let now = UnixTime::from_seconds(1_800_000_000);
        let cause = |more: &str| {
            let claims = format!(
                r#"{{"iss":"https://id.example","aud":"https://a.example","sub":"c","client_id":"c","jti":"1",
                "iat":1800000000,"exp":1800000600{more}}}"#
            );
            let token = m2m_jwt::sign(Some("at+jwt"), claims.as_bytes(), &key).unwrap();
            let judged = judge(&token, &keys, &options, now);
            judged.map_err(|rejected| {
                let json = rejected.to_json(&options, &Reading::of(&token));
                let reason = json["reason"].to_string();
                (rejected.error.cause(), reason)
            })
        };
        assert_eq!(cause(""), Ok(()));
        assert_eq!(cause(r#","scp":["a","b"],"org_code":"o""#), Ok(()));
        assert_eq!(cause(r#","scp":null,"org_code":null"#), Ok(()));
        for (more, name) in [
            (r#","scp":"a b""#, "scp"),
            (r#","scp":[1]"#, "scp"),
            (r#","org_code":1"#, "org_code"),
            (r#","org_code":["o"]"#, "org_code"),
        ] {
            let (cause, reason) = cause(more).unwrap_err();
            assert_eq!(cause, Cause::TokenClaimMalformed, "{more}");
            assert!(reason.contains(name), "{more}: {reason}");
        }
    }

    #[test]
    fn r15_x27_a_leeway_is_a_number_of_seconds_up_to_sixty() {
        assert_eq!(leeway("0"), Ok(Leeway::NONE));
        assert_eq!(leeway("60"), Ok(Leeway::MAX));
        let refused = leeway("61").unwrap_err();
        assert!(refused.contains("maximum of 60 seconds"), "{refused}");
        for text in ["", "-1", "10s", "1.5"] {
            assert!(leeway(text).is_err(), "{text}");
        }
    }

    #[test]
    fn k33_a_valid_token_has_the_organization_and_the_scopes_of_the_call() {
        let (key, _) = SigningKey::generate(Algorithm::Es256, Some("1")).unwrap();
        let set = format!("{{\"keys\":[{}]}}", key.public_jwk().to_json());
        let keys = keys::of_json("keys", set.as_bytes()).unwrap();
        let now = UnixTime::from_seconds(1_800_000_000);
        let judged = |more: &str, arguments: &[&str]| {
            let claims = format!(
                r#"{{"iss":"https://id.example","aud":"https://a.example","sub":"c","client_id":"c","jti":"1",
                "iat":1800000000,"exp":1800000600{more}}}"#
            );
            let token = m2m_jwt::sign(Some("at+jwt"), claims.as_bytes(), &key).unwrap();
            let arguments = [&["verify", "--jwks", "keys.json"], arguments].concat();
            let Alone { options } = Alone::parse_from(arguments);
            let judged = judge(&token, &keys, &options, now);
            judged.map_err(|rejected| rejected.error.cause())
        };
        let needs = ["--scope", "read:orders", "--organization", "org_acme"];
        let both = r#","scope":"read:orders write:orders","org_code":"org_acme""#;
        assert_eq!(judged(both, &needs), Ok(()));
        assert_eq!(judged("", &[]), Ok(()));
        assert_eq!(
            judged(r#","scp":["a","b"],"x":1e999"#, &["--scope", "a b"]),
            Ok(())
        );
        // As the guard reads them: a list in the place of a text, and roles, are not scopes of RFC 9068.
        for (claims, cause) in [
            ("", Cause::OrganizationMissing),
            (r#","org_code":"org_b""#, Cause::OrganizationMismatch),
            (
                r#","org_code":"org_acme","scope":"read""#,
                Cause::ScopeInsufficient,
            ),
            (
                r#","org_code":"org_acme","roles":["read:orders"]"#,
                Cause::ScopeInsufficient,
            ),
            (
                r#","org_code":"org_acme","scp":["read:orders x"]"#,
                Cause::ScopeInsufficient,
            ),
            (
                r#","org_code":"org_acme","scp":"read:orders""#,
                Cause::TokenClaimMalformed,
            ),
            (r#","org_code":5"#, Cause::TokenClaimMalformed),
            (
                r#","org_code":"org_acme","scope":"read:orders","cnf":{"jkt":"x"}"#,
                Cause::TokenBound,
            ),
        ] {
            assert_eq!(judged(claims, &needs), Err(cause), "{claims}");
        }
    }

    #[test]
    fn a_blank_scope_or_organization_is_not_an_expectation() {
        for arguments in [
            ["--scope", ""],
            ["--scope", " \t"],
            ["--organization", ""],
            ["--scope", "a\"b"],
        ] {
            let arguments = ["verify", "--jwks", "keys.json"]
                .into_iter()
                .chain(arguments);
            assert!(Alone::try_parse_from(arguments).is_err());
        }
    }
}
