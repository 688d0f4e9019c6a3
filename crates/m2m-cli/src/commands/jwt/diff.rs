//! `m2m jwt diff`: the differences between two tokens, and which of them matter.

use clap::Args;
use m2m_explain::{Effect, Needs, TokenDifference, TokenParts, token_differences};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::{clock, token_text};
use m2m_jwt::{Reading, TokenForm};
use serde_json::{Map, Value, json};

use crate::options::scopes;
use crate::token_input;

/// Compare a token that an API refuses with one that it accepts: print how they differ, and which differences matter.
///
/// Nothing is verified. With the properties that the call needs, such as --audience and --scope, the command knows better what matters; without them, it assumes those of
/// the accepted token.
///
/// Exits 0 if no difference matters, and 1 if one does.
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct JwtDiffOptions {
    /// Token that is refused, or - for standard input
    #[arg(value_name = "REFUSED")]
    pub(crate) refused: String,
    /// Token that is accepted
    #[arg(value_name = "ACCEPTED")]
    pub(crate) accepted: String,
    /// Issuer that the API trusts
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Identifier of the API
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Option<String>,
    /// Scopes that the call needs, separated by spaces; may be repeated
    #[arg(long, value_name = "SCOPE", value_parser = scopes())]
    pub(crate) scope: Vec<String>,
    /// Organization of the route or of the resource
    #[arg(long, value_name = "CODE")]
    pub(crate) organization: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  m2m jwt diff \"$TOKEN\" \"$(m2m token)\"
  m2m jwt diff \"$TOKEN\" \"$GOOD\" --scope read:orders --organization org_acme";

pub(super) fn diff(options: &JwtDiffOptions, output: &Output) -> Result<(), Failure> {
    let [refused, accepted] = [
        parts(&options.refused, "the refused token")?,
        parts(&options.accepted, "the accepted token")?,
    ];
    let scopes = options.scope.iter().flat_map(|own| own.split_whitespace());
    let scopes: Vec<&str> = scopes.collect();
    let needs = Needs {
        issuer: options.issuer.as_deref(),
        audience: options.audience.as_deref(),
        scopes: &scopes,
        organization: options.organization.as_deref(),
    };
    let differences = token_differences(
        borrowed(&refused),
        borrowed(&accepted),
        needs,
        clock::now().as_seconds(),
    );
    match options.output {
        Format::Text => print(&differences, output),
        Format::Json => {
            let differences: Vec<Value> = differences.iter().map(document).collect();
            output.json(&json!({ "differences": differences }));
        }
    }
    outcome(&differences)
}

/// The header and the claims of a token.
fn parts(token: &str, role: &str) -> Result<[Map<String, Value>; 2], Failure> {
    let token = token_input::read(Some(token), "m2m jwt diff \"$REFUSED\" \"$ACCEPTED\"")?;
    let reading = Reading::of(&token);
    if reading.form() == TokenForm::Opaque {
        return Err(token_text::unreadable(&reading).because(role));
    }
    let mut document = token_text::to_json(&reading);
    let mut object = |name: &str| match document.get_mut(name).map(Value::take) {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(
            Failure::refused(format!("the {name} of {role} cannot be read"))
                .help("m2m jwt decode shows what can be read of a token"),
        ),
    };
    Ok([object("header")?, object("claims")?])
}

const fn borrowed([header, claims]: &[Map<String, Value>; 2]) -> TokenParts<'_> {
    TokenParts { header, claims }
}

fn print(differences: &[TokenDifference], output: &Output) {
    if differences.is_empty() {
        return output.line("The tokens do not differ.");
    }
    for (effect, heading) in [
        (Effect::Matters, "Differences that matter"),
        (Effect::MayMatter, "Differences that may matter"),
        (Effect::None, "Other differences"),
    ] {
        let of_effect: Vec<_> = differences
            .iter()
            .filter(|own| own.effect == effect)
            .collect();
        if of_effect.is_empty() {
            continue;
        }
        output.heading(heading);
        for own in of_effect {
            let place = if own.is_in_header {
                " in the header"
            } else {
                ""
            };
            output.line(format!(
                "  {}{place}: {}",
                printable(&own.name),
                own.because
            ));
            output.line(format!("    refused   {}", shown(own.refused.as_ref())));
            output.line(format!("    accepted  {}", shown(own.accepted.as_ref())));
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "absent".to_owned(),
        |value| printable(&value.to_string()).to_string(),
    )
}

fn document(own: &TokenDifference) -> Value {
    json!({
        "name": own.name,
        "in": if own.is_in_header { "header" } else { "claims" },
        "refused": own.refused,
        "accepted": own.accepted,
        "effect": match own.effect {
            Effect::Matters => "matters",
            Effect::MayMatter => "may_matter",
            Effect::None => "none",
        },
        "cause": own.cause.map(|cause| cause.id()),
        "because": own.because,
    })
}

/// Returns an error if a difference matters. It names the commands that explain the causes.
fn outcome(differences: &[TokenDifference]) -> Result<(), Failure> {
    let causes: Vec<_> = differences.iter().filter_map(|own| own.cause).collect();
    let failure = match causes.len() {
        0 => return Ok(()),
        1 => Failure::refused("1 difference matters"),
        number => Failure::refused(format!("{number} differences matter")),
    };
    Err(causes.iter().fold(failure, |failure, cause| {
        failure.help(format!(
            "m2m explain {} explains it, with its fixes",
            cause.id()
        ))
    }))
}
