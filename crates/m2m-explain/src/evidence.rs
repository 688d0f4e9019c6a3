//! Evidence in words.

use core::fmt;
use core::fmt::Write as _;

use m2m_authority::diagnose::{BasicProblem, BodyForm, Diagnosis, Evidence};
use m2m_authority::redacted;
use m2m_authority::registry::time_text;
use serde::Serialize;
use serde_json::Value;

use crate::connection_problem::{handshake_problem, http_problem};

/// An observation that explains a refusal, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Observation {
    /// The kind of the observation, such as `secret_rotated_out`.
    pub kind: String,
    /// The observation as a sentence, without a full stop.
    pub text: String,
}

/// Returns the evidence of a diagnosis, the most telling first.
#[must_use]
pub fn observations(diagnosis: &Diagnosis) -> Vec<Observation> {
    let evidence = diagnosis.evidence.iter();
    let observation = |evidence| Observation {
        kind: kind(evidence),
        text: evidence_text(evidence),
    };
    evidence.map(observation).collect()
}

/// Returns the name of a variant, as JSON has it.
pub(crate) fn kind(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    let kind = json.get("kind").and_then(Value::as_str);
    kind.unwrap_or_default().to_owned()
}

/// Returns an observation as a sentence, without a full stop. Credentials that a record contains by mistake are redacted.
///
/// ```
/// use m2m_authority::diagnose::Evidence;
///
/// let evidence = Evidence::SimilarClientId { client_id: "billing-job".into() };
/// assert_eq!(
///     m2m_explain::evidence_text(&evidence),
///     "the most similar client id is \"billing-job\""
/// );
/// ```
#[must_use]
pub fn evidence_text(evidence: &Evidence) -> String {
    redacted(&sentence(evidence)).into_owned()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
fn sentence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::HandshakeFailed { problem } => handshake_problem(*problem).0.to_owned(),
        Evidence::HttpMalformed { problem } => http_problem(*problem).0.to_owned(),
        Evidence::MalformedAt {
            offset,
            parameter: None,
        } => format!("the body is malformed at byte {offset}"),
        Evidence::MalformedAt {
            offset,
            parameter: Some(name),
        } => format!("the body is malformed at byte {offset}, in the parameter {name}"),
        Evidence::ParameterRepeated {
            parameter: Some(name),
            offset,
        } => {
            format!("the parameter {name:?} is repeated at byte {offset} of the body")
        }
        Evidence::ParameterRepeated {
            parameter: None,
            offset,
        } => {
            format!("a parameter is repeated at byte {offset} of the body")
        }
        Evidence::ParameterMissing { parameter } => {
            format!("the parameter {parameter} is missing or empty")
        }
        Evidence::SimilarPath {
            path,
            only_slashes: true,
        } => format!("the requested path differs from {path} by slashes only"),
        Evidence::SimilarPath { path, .. } => {
            format!("the most similar path of the server is {path}")
        }
        Evidence::EndpointMissing { endpoint } => format!(
            "the path is that of {} {endpoint} endpoint, which this server does not have: it serves the client credentials grant only",
            match endpoint.starts_with(['a', 'i']) {
                true => "an",
                false => "a",
            }
        ),
        Evidence::MethodSent {
            method: Some(method),
        } => format!("the request used {method}, and the path supports only POST"),
        Evidence::MethodSent { method: None } => {
            "the request used another method than POST, and the path supports only POST".to_owned()
        }
        Evidence::ParameterInUrl {
            parameter,
            is_empty,
        } => {
            let value = if *is_empty { " without a value" } else { "" };
            format!(
                "the parameter {parameter} is in the URL{value}, where a token request has no parameters"
            )
        }
        Evidence::SimilarParameter { parameter } => {
            format!("the body has a parameter whose name is nearly {parameter}; it is ignored")
        }
        Evidence::ContentTypeMissing => "the request has no Content-Type header".to_owned(),
        Evidence::ContentTypeRepeated => "the request has several Content-Type headers".to_owned(),
        Evidence::ContentTypeSent {
            media_type: Some(media_type),
            has_parameters,
        } => {
            let parameters = if *has_parameters {
                ", with parameters such as a charset"
            } else {
                ""
            };
            format!("the Content-Type of the request is {media_type}{parameters}")
        }
        Evidence::ContentTypeSent {
            media_type: None, ..
        } => "the Content-Type of the request is not a usual one".to_owned(),
        Evidence::CharsetSent {
            charset: Some(charset),
        } => format!("the Content-Type has the charset {charset}, which is not UTF-8"),
        Evidence::CharsetSent { charset: None } => {
            "the Content-Type has a charset other than UTF-8".to_owned()
        }
        Evidence::SimilarContentType { media_type } => {
            format!("the Content-Type of the request is nearly {media_type}")
        }
        Evidence::BodyLooksLike { form, parameters } if parameters.is_empty() => {
            body_form(*form).to_owned()
        }
        Evidence::BodyLooksLike { form, parameters } => {
            listed(&format!("{}, with", body_form(*form)), parameters)
        }
        Evidence::SchemeSent {
            scheme: Some(scheme),
        } => format!("the Authorization header has the scheme {scheme}"),
        Evidence::SchemeSent { scheme: None } => {
            "the Authorization header has no usual scheme".to_owned()
        }
        Evidence::BasicMalformed { problem } => basic_problem(*problem).to_owned(),
        Evidence::MethodsPresent { methods } => {
            listed("the request authenticates in several ways:", methods)
        }
        Evidence::ClientIdsDiffer {
            difference: Some(difference),
        } => format!(
            "the client ids in the Basic header and in the body are the same except for {difference}"
        ),
        Evidence::ClientIdsDiffer { difference: None } => {
            "the client ids in the Basic header and in the body are different".to_owned()
        }
        Evidence::ClientIdPlaceholder { word: Some(word) } => {
            format!("the value sent as the client id is the word {word:?}, not a client id")
        }
        Evidence::ClientIdPlaceholder { word: None } => {
            "the value sent as the client id is the name of a variable that was not expanded"
                .to_owned()
        }
        Evidence::SecretAsClientId { client_id } => {
            format!("the value sent as the client id is a secret of the application {client_id:?}")
        }
        Evidence::CredentialsSwapped { client_id } => {
            format!(
                "the client id and the secret are swapped: the value sent as the secret is the client id {client_id:?}"
            )
        }
        Evidence::ClientIdDiffers {
            client_id,
            difference,
        } => {
            format!("the client id matches {client_id:?} except for {difference}")
        }
        Evidence::SimilarClientId { client_id } => {
            format!("the most similar client id is {client_id:?}")
        }
        Evidence::SecretDiffers { id, difference } => {
            format!("the presented secret matches the secret {id:?} except for {difference}")
        }
        Evidence::SecretPlaceholder { word: Some(word) } => {
            format!("the value sent as the secret is the word {word:?}, not a secret")
        }
        Evidence::SecretPlaceholder { word: None } => {
            "the value sent as the secret is the name of a variable that was not expanded"
                .to_owned()
        }
        Evidence::SecretHashSent { id } => {
            format!("the value sent as the secret is the stored hash of the secret {id:?}")
        }
        Evidence::SecretDamaged { missing: 0 } => {
            "the presented secret begins like a generated secret, but has a wrong checksum or length"
                .to_owned()
        }
        Evidence::SecretDamaged { missing } => format!(
            "the presented secret begins like a generated secret, but {missing} characters are missing"
        ),
        Evidence::SecretOfOtherApplication { client_id } => {
            format!("the presented secret belongs to the application {client_id:?}")
        }
        Evidence::SecretExpired { id, at } => {
            format!(
                "the presented secret is the secret {id:?}, which expired at {}",
                time_text(*at)
            )
        }
        Evidence::SecretRotatedOut { id, at, by } => {
            format!(
                "the presented secret is the secret {id:?}, which was rotated out at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::SecretRevoked { id, at, by } => {
            format!(
                "the presented secret is the secret {id:?}, which was revoked at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::ApplicationExpired { at } => {
            format!("the application expired at {}", time_text(*at))
        }
        Evidence::Deleted { at, by } => {
            format!(
                "the application was deleted at {} by {by:?}",
                time_text(*at)
            )
        }
        Evidence::ValueMalformedAt { parameter, offset } => {
            format!("the value of {parameter} has a character that is not allowed at byte {offset}")
        }
        Evidence::UnknownAudience { requested } => {
            format!("no API has the audience {requested}, or a similar one")
        }
        Evidence::AudienceIsName { audience } => {
            format!("the requested audience is the name of the API with the audience {audience:?}")
        }
        Evidence::AudienceDiffers {
            requested,
            audience,
            difference,
        } => {
            format!(
                "the requested audience {requested} matches {audience:?} except for {difference}"
            )
        }
        Evidence::SimilarAudience {
            requested,
            audience,
        } => {
            format!(
                "no API has the audience {requested}; the most similar audience is {audience:?}"
            )
        }
        Evidence::AudienceNotAuthorized { audience, api } => {
            format!(
                "{audience:?} is the audience of the API {api:?}, for which the application is not authorized"
            )
        }
        Evidence::DefaultAudienceUsed { audience } => {
            format!(
                "the request has no audience; the application's default_audience {audience:?} was used"
            )
        }
        Evidence::AuthorizedFor { audiences } => {
            listed("the application is authorized for:", audiences)
        }
        Evidence::UnknownScope { requested } => {
            format!("no API defines the scope {requested}, or a similar one")
        }
        Evidence::AudienceInScope { audience, .. } => {
            format!("the requested scope begins with the audience {audience:?} of an API")
        }
        Evidence::ScopeOnOtherApi { scope, audience } => {
            format!("the scope {scope:?} is defined by another API, {audience:?}")
        }
        Evidence::ScopeDiffers {
            requested,
            scope,
            difference,
        } => format!("the requested scope {requested} matches {scope:?} except for {difference}"),
        Evidence::SeparatedBy {
            parameter,
            separator,
        } => {
            let separator = match separator {
                ',' => "commas",
                ';' => "semicolons",
                '+' => "plus signs that were encoded",
                ' ' => "more than one space",
                '\n' => "line breaks",
                _ => "another character than a space",
            };
            format!("the values of {parameter} are separated by {separator}, and each of them exists")
        }
        Evidence::SimilarScope { requested, scope } => {
            format!(
                "no requested API defines the scope {requested}; the most similar scope is {scope:?}"
            )
        }
        Evidence::ScopeNotAssigned { scope, audience } => {
            format!(
                "the API {audience:?} defines the scope {scope:?}, which is not assigned to the application"
            )
        }
        Evidence::GrantTypeSent { grant_type } => {
            format!("the grant type of the request is {grant_type}, which this server does not support")
        }
        Evidence::SimilarGrantType { grant_type } => {
            format!("the most similar grant type is {grant_type:?}")
        }
        Evidence::OrganizationSuspended { code } => {
            format!("the organization {code:?} is suspended")
        }
        Evidence::AddressOutside { address, allowed } => listed(
            &format!("the address {address} is not allowed; the allowed addresses are:"),
            allowed,
        ),
        // A later release of m2m-authority has more.
        _ => "an observation that this release cannot explain".to_owned(),
    }
}

const fn body_form(form: BodyForm) -> &'static str {
    match form {
        BodyForm::Empty => "the body is empty",
        BodyForm::Json => "the body looks like JSON",
        BodyForm::Xml => "the body looks like XML or HTML",
        BodyForm::Multipart => "the body looks like a multipart form",
        BodyForm::Quoted => {
            "the body begins with a quotation mark, as from a shell that does not remove it"
        }
        BodyForm::QuestionMark => "the body begins with a question mark",
        BodyForm::ByteOrderMark => "the body begins with a byte order mark",
        BodyForm::HtmlEntities => "the body has &amp; instead of & between its parameters",
        BodyForm::Compressed => "the body is compressed",
        BodyForm::Utf16 => "the body is in UTF-16",
        BodyForm::OtherSeparators => {
            "the body has line breaks, semicolons or commas instead of & between its parameters"
        }
        _ => "the body does not look like a form",
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
const fn basic_problem(problem: BasicProblem) -> &'static str {
    match problem {
        BasicProblem::Empty => "the Basic header has no credentials",
        BasicProblem::ColonAfterScheme => {
            "the Authorization header has a colon after the scheme Basic"
        }
        BasicProblem::SchemeMissing => {
            "the Authorization header has credentials without the scheme Basic before them"
        }
        BasicProblem::SpaceMissing => {
            "the Authorization header has no space after the scheme Basic"
        }
        BasicProblem::EncodedTwice => {
            "the credentials of the Basic header are encoded in base64 twice"
        }
        BasicProblem::NotEncoded => "the credentials of the Basic header are not encoded in base64",
        BasicProblem::Whitespace => "the base64 of the Basic header contains whitespace",
        BasicProblem::UrlSafeAlphabet => {
            "the base64 of the Basic header has the URL-safe characters - and _ instead of + and /"
        }
        BasicProblem::Length => {
            "the base64 of the Basic header has a length that is not a multiple of four: its padding is missing, or it was cut off"
        }
        BasicProblem::NotUtf8 => {
            "the decoded credentials of the Basic header are not UTF-8; perhaps they are ISO 8859-1"
        }
        BasicProblem::ColonMissing => {
            "the decoded credentials of the Basic header have no colon between client id and secret"
        }
        _ => "the credentials of the Basic header are not base64",
    }
}

fn listed(text: &str, values: &[impl fmt::Display]) -> String {
    let mut list = text.to_owned();
    if values.is_empty() {
        list.push_str(" none");
    }
    for (index, value) in values.iter().enumerate() {
        let separator = if index == 0 { " " } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(list, "{separator}{value}");
    }
    list
}
