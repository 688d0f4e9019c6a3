//! The script: the state in which the mock starts.

use core::fmt;
use core::ops::Range;

use m2m_admin::reworded;
use oauth_proto::Issuer;
use serde::Deserialize;
use toml::Spanned;

use crate::client::{Client, ClientFields};
use crate::clock::ClockSetting;
use crate::endpoint::is_control;
use crate::error::{InvalidIssuerPath, InvalidScript};
use crate::forced_answer::{ForcedAnswer, ForcedAnswerFields};
use crate::limits::{MAX_FORCED_ANSWERS, MAX_FORCED_BYTES};
use crate::signing_algorithm::SigningAlgorithm;
use crate::token_template::TokenTemplate;

/// The state in which the mock starts, and to which `POST /mock/reset` returns.
///
/// ```
/// use m2m_mock::Script;
///
/// let script = Script::parse(r#"
///     [token]
///     lifetime = 60
///     claims = { org_code = "org_acme" }
///
///     [[forced_answer]]
///     client_id = "revoked-job"
///     error = "invalid_client"
/// "#)?;
///
/// let error = Script::parse("[[forced_answer]]\nstauts = 503").expect_err("a misspelled field");
/// assert_eq!(&*error.what, "unknown field `stauts`");
/// assert_eq!(error.help.as_deref(), Some("did you mean `status`?"));
/// assert_eq!(error.span, 18..24);
/// # Ok::<(), m2m_mock::InvalidScript>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The issuer. Without one it is the address at which the mock listens.
    pub(crate) issuer: Option<Issuer>,
    pub(crate) signing_algorithm: SigningAlgorithm,
    pub(crate) clock: Option<ClockSetting>,
    /// The differences of all tokens from the usual ones.
    pub(crate) token: TokenTemplate,
    /// The clients that get tokens. Without one, every client does.
    pub(crate) clients: Vec<Client>,
    pub(crate) forced_answers: Vec<ForcedAnswer>,
}

/// The fields of a script. A record whose fields do not fit together is reported at its own place, and therefore keeps it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a script of m2m mock")]
struct Fields {
    issuer: Option<Spanned<Issuer>>,
    #[serde(default)]
    signing_alg: SigningAlgorithm,
    clock: Option<ClockSetting>,
    #[serde(default)]
    token: TokenTemplate,
    #[serde(default)]
    client: Vec<Spanned<ClientFields>>,
    #[serde(default)]
    forced_answer: Vec<Spanned<ForcedAnswerFields>>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// [`InvalidScript`], with the place of the mistake and the fix.
    pub fn parse(source: &str) -> Result<Self, InvalidScript> {
        let fields: Fields = toml::from_str(source)
            .map_err(|error| mistake(error.span().unwrap_or_default(), &error.message()))?;
        if let Some(beyond) = fields.forced_answer.get(MAX_FORCED_ANSWERS) {
            let what = format!(
                "more than {MAX_FORCED_ANSWERS} forced answers; merge those that are alike, with their number in times"
            );
            return Err(mistake(beyond.span(), &what));
        }
        let places: Vec<_> = fields.forced_answer.iter().map(Spanned::span).collect();
        let forced_answers: Vec<ForcedAnswer> = checked(fields.forced_answer)?;
        check_size(&forced_answers, places)?;
        Ok(Self {
            issuer: fields.issuer.map(checked_issuer).transpose()?,
            signing_algorithm: fields.signing_alg,
            clock: fields.clock,
            token: fields.token,
            clients: checked(fields.client)?,
            forced_answers,
        })
    }
}

/// Checks that requests for the paths of the issuer reach the endpoints.
fn checked_issuer(issuer: Spanned<Issuer>) -> Result<Issuer, InvalidScript> {
    let span = issuer.span();
    let issuer = issuer.into_inner();
    if is_control(issuer.path()) {
        return Err(mistake(span, &InvalidIssuerPath::Control));
    }
    let mut segments = issuer.path().split('/');
    let is_dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    match segments.any(is_dots) {
        true => Err(mistake(span, &InvalidIssuerPath::DotSegment)),
        false => Ok(issuer),
    }
}

/// Checks that the mock keeps all forced answers, which are at these places.
fn check_size(
    answers: &[ForcedAnswer],
    places: impl IntoIterator<Item = Range<usize>>,
) -> Result<(), InvalidScript> {
    let mut bytes = 0_usize;
    for (answer, place) in answers.iter().zip(places) {
        bytes += answer.heap_bytes();
        if bytes > MAX_FORCED_BYTES {
            let what = format!(
                "the forced answers take more than {MAX_FORCED_BYTES} bytes; shorten their claims and texts"
            );
            return Err(mistake(place, &what));
        }
    }
    Ok(())
}

/// Checks records, each at its own place.
fn checked<F, T: TryFrom<F, Error: fmt::Display>>(
    fields: Vec<Spanned<F>>,
) -> Result<Vec<T>, InvalidScript> {
    let records = fields.into_iter().map(|fields| {
        let span = fields.span();
        T::try_from(fields.into_inner()).map_err(|error| mistake(span, &error))
    });
    records.collect()
}

fn mistake(span: Range<usize>, message: &dyn fmt::Display) -> InvalidScript {
    let (what, help) = reworded(&message.to_string());
    InvalidScript {
        what: what.into(),
        span,
        help: help.map(Into::into),
    }
}
