//! Fixes in words, with the command or the lines of a file that perform them.

mod advice;

use core::fmt::Write as _;
use std::borrow::Cow;

use m2m_authority::diagnose::{BasicProblem, Difference, Fix};
use m2m_authority::redacted;
use m2m_authority::registry::{Authorization, GrantType};
use m2m_errors::Task;
use serde::Serialize;
use serde_json::Value;

use crate::TaskAdvice;
use crate::connection_problem::{handshake_problem, http_problem};
use crate::evidence::kind;
use crate::task::ISSUER;

pub use advice::remedies;

/// The way in which a server is operated, which decides how its records are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operating<'i> {
    /// The records are in a data directory, and commands change them while the server runs.
    DataDirectory {
        /// The issuer of the server, which commands call.
        issuer: &'i str,
    },
    /// The records are in a registry file, which is read once.
    RegistryFile,
    /// The server is not m2m, so that neither commands nor files of m2m help.
    Foreign,
}

/// A step that fixes a problem, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Remedy {
    /// The kind of the step, such as `assign_scope`; `general` for the advice of a cause; the name of a task, such as `rotate_secret`.
    pub kind: String,
    /// The step as a sentence, without a full stop if it is about values.
    pub text: String,
    /// The command that performs the step, ready to be pasted into a shell. It needs the credentials of an operator. In a command that [`task_remedy`]
    /// returns, words in capital letters, such as `CLIENT_ID`, stand for values; [`remedies`] returns only commands without such words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The lines that the record has in the registry file after the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
}

/// Returns a task in words, with its command, for a server that is operated in this way. Returns `None` if such a server needs something else, and for
/// servers that are not m2m.
#[must_use]
pub fn task_remedy(task: Task, operating: Operating<'_>) -> Option<Remedy> {
    let advice = TaskAdvice::of(task);
    let (text, command) = match operating {
        Operating::DataDirectory { issuer } => {
            let own = |command: &str| match command.strip_suffix(ISSUER) {
                Some(call) => format!("{call} --issuer {}", quoted(issuer)),
                None => command.to_owned(),
            };
            (advice.data_directory, advice.command.map(own))
        }
        Operating::RegistryFile => {
            let command = advice.command.filter(|_| advice.is_the_same_everywhere());
            (advice.registry_file, command.map(str::to_owned))
        }
        Operating::Foreign => (None, None),
    };
    text.map(|text| Remedy {
        kind: task.as_str().to_owned(),
        text: text.to_owned(),
        command,
        lines: None,
    })
}

/// Returns a fix in words, with its command or its lines for a server that is operated in this way.
#[must_use]
pub fn remedy(fix: &Fix, operating: Operating<'_>) -> Remedy {
    let (command, lines) = match operating {
        Operating::DataDirectory { issuer } => (command_of(fix, issuer), None),
        Operating::RegistryFile => (None, lines_of(fix)),
        Operating::Foreign => (None, None),
    };
    let command = command.filter(|command| is_usable(command));
    let mut text = text(fix);
    if matches!(fix, Fix::AllowAddress { .. }) && command.is_some() {
        text += " (the command sets the addresses that were allowed when the request was refused, and the new one)";
    }
    Remedy {
        kind: kind(fix),
        text: redacted(&text).into_owned(),
        command,
        lines: lines.filter(|lines| is_usable(lines)),
    }
}

/// Returns true if a command, or lines of a file, can be used as they are printed: without a credential that would have to be hidden, and without
/// control characters, which no record contains.
fn is_usable(text: &str) -> bool {
    matches!(redacted(text), Cow::Borrowed(_))
        && !text.contains(|character: char| character.is_control() && character != '\n')
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
fn text(fix: &Fix) -> String {
    match fix {
        Fix::CorrectTls { problem } => handshake_problem(*problem).1.to_owned(),
        Fix::CorrectHttp { problem } => http_problem(*problem).1.to_owned(),
        Fix::RequestPath { path } => format!("request the path {path}"),
        Fix::SendForm => {
            "send the parameters in the body, as application/x-www-form-urlencoded, and without compression"
                .to_owned()
        }
        Fix::SendInBody { parameter } => {
            format!("send the parameter {parameter} in the body of the request instead of the URL")
        }
        Fix::RemoveFromUrl { parameter } => {
            format!(
                "remove the parameter {parameter} from the URL: a client credentials request does not have it, and logs on the way store what is in a URL"
            )
        }
        Fix::EncodeBasic { problem } => match problem {
            BasicProblem::UrlSafeAlphabet => {
                "encode the credentials with the standard alphabet of base64, with + and /"
                    .to_owned()
            }
            BasicProblem::Whitespace => {
                "remove the whitespace from the base64; the base64 command of a shell wraps lines without -w0"
                    .to_owned()
            }
            _ => "send Authorization: Basic with base64 of client_id:client_secret in UTF-8, with padding; let the OAuth library build the header"
                .to_owned(),
        },
        Fix::UseOneMethod => {
            "send the client id and the secret either in an Authorization: Basic header or in the body, and no other Authorization header"
                .to_owned()
        }
        Fix::UseClientCredentials => "configure the client to request tokens with the grant type client_credentials, at POST /oauth2/token; it needs no other endpoint".to_owned(),
        Fix::UsePost => "request tokens with POST; if the client does so already, call the https URL directly, because a redirect turns POST into GET".to_owned(),
        Fix::SendParameter { parameter } => format!("send the parameter {parameter}"),
        Fix::SwapCredentials { client_id } => {
            format!("send {client_id:?} as client_id and the other value as client_secret")
        }
        Fix::SendClientId { client_id } => format!("send {client_id:?} as client_id"),
        Fix::SetClientId => {
            "set the variable or the setting from which the caller reads its client id".to_owned()
        }
        Fix::SendSecretWithout {
            difference: Difference::SpaceForPlus,
        } => "encode each plus sign of the secret as %2B in the body of the request".to_owned(),
        Fix::SendSecretWithout {
            difference: Difference::CutAtAmpersand,
        } => "encode each & of the secret as %26 in the body of the request".to_owned(),
        Fix::SendSecretWithout {
            difference: Difference::PercentNotEncoded,
        } => "encode each percent sign of the secret as %25 in the body of the request".to_owned(),
        Fix::SendSecretWithout {
            difference: Difference::Brackets,
        } => "send the secret without the brackets or signs, such as <…> or %…%, that mark its place in a template".to_owned(),
        Fix::SendSecretWithout { difference } => format!("send the secret without {difference}"),
        Fix::SetSecret => {
            "set the variable or the setting from which the caller reads its secret".to_owned()
        }
        Fix::SendWholeSecret => {
            "send the whole secret, exactly as it was issued; copy it again if it was cut off"
                .to_owned()
        }
        Fix::SendSecretNotHash => "send the secret itself instead of its hash".to_owned(),
        Fix::SendMatchingCredentials { client_id } => format!(
            "send the secret that belongs to the client_id, or send {client_id:?} as client_id"
        ),
        Fix::DeploySecret { client_id } => format!(
            "deploy the current secret of the application {client_id:?} to the service, if the request comes from the service"
        ),
        Fix::CreateSecret { client_id } => format!(
            "create a new secret for the application {client_id:?} if the current one is lost; secrets that are valid now stay valid for a day"
        ),
        Fix::RequestAudience { audience } => format!("request the audience {audience:?}"),
        Fix::RequestScope {
            scope,
            audience: None,
        } => format!("request the scope {scope:?}"),
        Fix::RequestScope {
            scope,
            audience: Some(audience),
        } => format!("request the scope {scope:?} together with the audience {audience:?}"),
        Fix::SeparateValues { parameter } if *parameter == "scope" => {
            "separate the scopes with spaces: scope=read:users write:flags".to_owned()
        }
        Fix::SeparateValues { parameter } => {
            format!("send the parameter {parameter} once for each value, or one with single spaces between the values")
        }
        Fix::SendGrantType { grant_type } => format!("send grant_type={grant_type}"),
        Fix::Authorize {
            client_id,
            audience,
            ..
        } => format!("authorize the application {client_id:?} for {audience:?}"),
        Fix::ChangeDefaultAudience {
            client_id,
            audience: Some(audience),
        } => format!(
            "set the default audience of the application {client_id:?} to {audience:?}, which it is authorized for"
        ),
        Fix::ChangeDefaultAudience {
            client_id,
            audience: None,
        } => format!(
            "set the default audience of the application {client_id:?} to the API that its requests are for, with m2m application update --default-audience, or with default_audience in a registry file"
        ),
        Fix::AssignScope {
            client_id,
            audience,
            scope,
            ..
        } => format!(
            "assign the scope {scope:?} of the API {audience:?} to the application {client_id:?}"
        ),
        Fix::AllowAddress {
            client_id, address, ..
        } => format!(
            "if {address} belongs to the owner of the application {client_id:?}, and is not a proxy of yours, add it to the application's allowed addresses; otherwise the secret has leaked"
        ),
        Fix::Enable { client_id } => format!(
            "if the application {client_id:?} was disabled by mistake (m2m events shows by whom), enable it"
        ),
        Fix::RemoveExpiry { client_id } => format!(
            "if the service of the application {client_id:?} is still needed, remove the application's expires_at, or set a later time"
        ),
        Fix::MakeConfidential { client_id } => format!(
            "if the application {client_id:?} can keep a secret, change its client type to confidential"
        ),
        Fix::AllowGrantType { client_id } => format!(
            "if the application {client_id:?} belongs to a service, allow the client credentials grant to it"
        ),
        Fix::AllowAuthenticationMethod { client_id, .. } => format!(
            "if the caller cannot use another method of authentication, allow all methods to the application {client_id:?}"
        ),
        Fix::RaiseQuota { client_id, quota } => format!(
            "if the caller already reuses its tokens, raise the quota of the application {client_id:?} to {} tokens in {}",
            quota.tokens, quota.per
        ),
        Fix::AllowSystemUser { client_id } => format!(
            "if the application {client_id:?} should act as the system user that is assigned to it, allow it to"
        ),
        Fix::RevokeTokensUntilNow { client_id } => format!(
            "revoke the tokens of the application {client_id:?} up to now, instead of up to a time in the future"
        ),
        Fix::ResumeOrganization { code } => format!(
            "if the suspension of the organization {code:?} has ended, resume the organization, which affects all of its applications"
        ),
        // A later release of m2m-authority has more.
        _ => "a fix that this release cannot explain".to_owned(),
    }
}

/// The maximum number of addresses in a command. More of them are not compared by a person before they are set.
const MAX_ADDRESSES: usize = 8;

/// Returns the command that performs a fix, if it changes a record. The command for addresses replaces all of them, and its text says so.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other fixes have no command"
)]
fn command_of(fix: &Fix, issuer: &str) -> Option<String> {
    let update = |client_id, option| command("application update", &[option], client_id, issuer);
    Some(match fix {
        Fix::CreateSecret { client_id } => {
            command("secret rotate", &[("--overlap", "24h")], client_id, issuer)
        }
        Fix::Authorize {
            client_id,
            audience,
            ..
        } => {
            let options = [("--audience", &**audience)];
            command("application authorize", &options, client_id, issuer)
        }
        Fix::AssignScope {
            client_id,
            audience,
            scope,
            ..
        } => {
            let options = [("--audience", &**audience), ("--scope", &**scope)];
            command("application authorize", &options, client_id, issuer)
        }
        Fix::AllowAddress {
            client_id, allowed, ..
        } if allowed.len() <= MAX_ADDRESSES => {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            let options = allowed.iter().map(|block| ("--allowed-address", &**block));
            let options: Vec<_> = options.collect();
            command("application update", &options, client_id, issuer)
        }
        Fix::ChangeDefaultAudience {
            client_id,
            audience: Some(audience),
        } => update(client_id, ("--default-audience", audience)),
        Fix::Enable { client_id } => update(client_id, ("--enable", "")),
        Fix::RemoveExpiry { client_id } => update(client_id, ("--clear", "expires-at")),
        Fix::MakeConfidential { client_id } => update(client_id, ("--client-type", "confidential")),
        Fix::AllowGrantType { client_id } => update(
            client_id,
            ("--grant-type", GrantType::ClientCredentials.as_str()),
        ),
        Fix::AllowAuthenticationMethod { client_id, methods } => {
            let options = methods.iter();
            let options = options.map(|method| ("--authentication-method", method.as_str()));
            let options: Vec<_> = options.collect();
            command("application update", &options, client_id, issuer)
        }
        Fix::RaiseQuota { client_id, quota } => {
            let quota = format!("{}/{}", quota.tokens, quota.per);
            update(client_id, ("--token-quota", &quota))
        }
        Fix::AllowSystemUser { client_id } => update(client_id, ("--system-user-allowed", "true")),
        Fix::RevokeTokensUntilNow { client_id } => update(client_id, ("--not-before", "now")),
        Fix::ResumeOrganization { code } => command("organization resume", &[], code, issuer),
        _ => return None,
    })
}

/// Returns the lines that a record has in a registry file after a fix.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other fixes change no record, or not to a value that is known"
)]
fn lines_of(fix: &Fix) -> Option<String> {
    match fix {
        Fix::Authorize {
            client_id,
            authorize,
            ..
        }
        | Fix::AssignScope {
            client_id,
            authorize,
            ..
        } => authorizations(client_id, authorize),
        Fix::AllowAddress {
            client_id, allowed, ..
        } => {
            let blocks: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            let lines = format!("allowed_addresses = {}\n", list(&blocks));
            Some(of_application(client_id, &lines))
        }
        Fix::ChangeDefaultAudience {
            client_id,
            audience: Some(audience),
        } => {
            let line = format!("default_audience = {}\n", string(audience));
            Some(of_application(client_id, &line))
        }
        Fix::Enable { client_id } => Some(of_application(client_id, "enabled = true\n")),
        Fix::MakeConfidential { client_id } => Some(of_application(
            client_id,
            "client_type = \"confidential\"\n",
        )),
        Fix::AllowGrantType { client_id } => {
            let lines = format!(
                "grant_types = {}\n",
                list(&[GrantType::ClientCredentials.as_str()])
            );
            Some(of_application(client_id, &lines))
        }
        Fix::AllowAuthenticationMethod { client_id, methods } => {
            let methods: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
            let lines = format!("authentication_methods = {}\n", list(&methods));
            Some(of_application(client_id, &lines))
        }
        Fix::RaiseQuota { client_id, quota } => {
            let lines = format!(
                "token_quota = {{ tokens = {}, per = {}, mode = {} }}\n",
                quota.tokens,
                string(&quota.per.to_string()),
                string(quota.mode.as_str())
            );
            Some(of_application(client_id, &lines))
        }
        Fix::AllowSystemUser { client_id } => {
            Some(of_application(client_id, "system_user_allowed = true\n"))
        }
        Fix::ResumeOrganization { code } => Some(format!(
            "[[organization]]\ncode = {}\nsuspended = false\n",
            string(code)
        )),
        _ => None,
    }
}

fn authorizations(client_id: &str, authorize: &[Authorization]) -> Option<String> {
    if authorize.is_empty() {
        return None;
    }
    let mut lines = "authorize = [\n".to_owned();
    for Authorization { audience, scopes } in authorize {
        // Writing to a string does not fail.
        let _ = writeln!(
            lines,
            "  {{ audience = {}, scopes = {} }},",
            string(audience),
            list(scopes)
        );
    }
    lines.push_str("]\n");
    Some(of_application(client_id, &lines))
}

fn of_application(client_id: &str, lines: &str) -> String {
    format!(
        "[[application]]\nclient_id = {}\n{lines}",
        string(client_id)
    )
}

fn command(name: &str, options: &[(&str, &str)], subject: &str, issuer: &str) -> String {
    command_line(name, options, &[subject], issuer)
}

/// Returns the command line of `m2m` with these options and arguments, for the server with this issuer. Each value is quoted for a shell, and
/// no value can be taken for an option.
///
/// ```
/// use m2m_explain::command_line;
///
/// let line = command_line("secret revoke", &[], &["billing-job", "s1"], "https://id.example");
/// assert_eq!(line, "m2m secret revoke billing-job s1 --issuer https://id.example");
/// ```
#[must_use]
pub fn command_line(
    name: &str,
    options: &[(&str, &str)],
    arguments: &[&str],
    issuer: &str,
) -> String {
    let mut line = format!("m2m {name}");
    let is_like_option = arguments.iter().any(|argument| argument.starts_with('-'));
    let end = if is_like_option { " --" } else { "" };
    let arguments = arguments.iter().map(|argument| quoted(argument));
    let subject = arguments.fold(end.to_owned(), |words, argument| words + " " + &argument);
    if end.is_empty() {
        line += &subject;
    }
    // Another server may have the same client ids, and the variables of the shell may name it.
    for (option, value) in options.iter().chain([&("--issuer", issuer)]) {
        let separator = match *value {
            "" => "",
            value if value.starts_with('-') => "=",
            _ => " ",
        };
        let value = if value.is_empty() {
            Cow::Borrowed("")
        } else {
            quoted(value)
        };
        // Writing to a string does not fail.
        let _ = write!(line, " {option}{separator}{value}");
    }
    if !end.is_empty() {
        line += &subject;
    }
    line
}

/// Returns a word as a shell reads it back.
fn quoted(word: &str) -> Cow<'_, str> {
    // Only a NUL cannot be quoted, and no record contains one.
    shlex::try_quote(word).unwrap_or(Cow::Borrowed("''"))
}

/// Returns a text as TOML has it. The strings of JSON are basic strings of TOML, apart from DEL, which no record contains.
fn string(text: &str) -> String {
    Value::from(text).to_string()
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command_of(fix: &Fix) -> String {
        remedy(
            fix,
            Operating::DataDirectory {
                issuer: "https://id.example",
            },
        )
        .command
        .unwrap()
    }

    #[test]
    fn a_task_is_for_the_way_in_which_the_server_is_operated() {
        let data = Operating::DataDirectory {
            issuer: "https://id.example/a b",
        };
        let remedy = task_remedy(Task::RotateSecret, data).unwrap();
        assert_eq!(remedy.kind, "rotate_secret");
        assert_eq!(
            remedy.command.as_deref(),
            Some("m2m secret rotate CLIENT_ID --overlap 24h --issuer 'https://id.example/a b'")
        );
        // A secret cannot be created on a server with a registry file.
        assert_eq!(
            task_remedy(Task::RotateSecret, Operating::RegistryFile),
            None
        );
        let file = task_remedy(Task::AssignScope, Operating::RegistryFile).unwrap();
        assert!(file.text.contains("authorize list"), "{file:?}");
        assert_eq!(file.command, None);
        let decode = task_remedy(Task::DecodeToken, Operating::RegistryFile).unwrap();
        assert_eq!(decode.command.as_deref(), Some("m2m jwt decode"));
        for task in Task::ALL {
            assert_eq!(task_remedy(*task, Operating::Foreign), None, "{task:?}");
        }
    }

    fn assign(client_id: &str, audience: &str, scope: &str) -> Fix {
        Fix::AssignScope {
            client_id: client_id.into(),
            audience: audience.into(),
            scope: scope.into(),
            authorize: vec![Authorization {
                audience: audience.into(),
                scopes: vec![scope.into()],
            }],
        }
    }

    #[test]
    fn a_command_has_the_values_of_the_records() {
        let fix = assign("billing-job", "https://orders.example/api", "write:orders");
        assert_eq!(
            command_of(&fix),
            "m2m application authorize billing-job --audience https://orders.example/api --scope write:orders --issuer https://id.example"
        );
        let remedy = remedy(&fix, Operating::RegistryFile);
        assert_eq!(remedy.command, None);
        assert_eq!(
            remedy.lines.unwrap(),
            "[[application]]\nclient_id = \"billing-job\"\nauthorize = [\n  { audience = \"https://orders.example/api\", scopes = [\"write:orders\"] },\n]\n"
        );
    }

    #[test]
    fn a_foreign_server_gets_words_alone() {
        let fix = assign("a", "b", "c");
        let remedy = remedy(&fix, Operating::Foreign);
        assert_eq!((remedy.command, remedy.lines), (None, None));
        assert_eq!(remedy.kind, "assign_scope");
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        let fix = assign("-rf", "https://a.example/$(id)?x=`id`&y='\"", "-s;id");
        let words = shlex::split(&command_of(&fix)).unwrap();
        assert_eq!(
            words,
            [
                "m2m",
                "application",
                "authorize",
                "--audience",
                "https://a.example/$(id)?x=`id`&y='\"",
                "--scope=-s;id",
                "--issuer",
                "https://id.example",
                "--",
                "-rf"
            ]
        );
    }
}
