//! The script: the state in which the mock starts.

use core::fmt;
use core::ops::Range;

use m2m_admin::reworded;
use oauth_proto::Issuer;
use serde::Deserialize;
use toml::Spanned;

use crate::client::{Client, ClientFields};
use crate::clock::ClockSetting;
use crate::error::InvalidScript;
use crate::forced_answer::{ForcedAnswer, ForcedAnswerFields};
use crate::limits::MAX_FORCED_ANSWERS;
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
    issuer: Option<Issuer>,
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
        Ok(Self {
            issuer: fields.issuer,
            signing_algorithm: fields.signing_alg,
            clock: fields.clock,
            token: fields.token,
            clients: checked(fields.client)?,
            forced_answers: checked(fields.forced_answer)?,
        })
    }
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
