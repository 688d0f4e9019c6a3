//! The steps of a diagnosis: the fixes that the evidence suggests, and the general advice of the cause.

use m2m_authority::diagnose::{Diagnosis, Evidence, Fix};
use m2m_errors::Task;

use super::{Operating, Remedy, is_usable, quoted, remedy, task_remedy};
use crate::task::ISSUER;

/// Returns the fixes of a diagnosis, the most helpful first: those that the evidence suggests. If there are none, or if one of them gives access back that
/// an operator may have removed on purpose, the general advice of the cause is added, with the tasks on a server that is operated in this way. What has to be
/// checked is before a fix that gives access back, and a step that such a fix performs is not repeated.
///
/// A command of these steps needs no further value. If a value is not known, the text of the step describes the command.
#[must_use]
pub fn remedies(diagnosis: &Diagnosis, operating: Operating<'_>) -> Vec<Remedy> {
    let fixes = diagnosis.fixes.iter();
    let specific: Vec<Remedy> = fixes.clone().map(|fix| remedy(fix, operating)).collect();
    let performed: Vec<Performed> = fixes.filter_map(Performed::by).collect();
    let has_leaked = diagnosis.evidence.iter().any(is_secret_in_url);
    if !specific.is_empty() && !has_leaked && performed.is_empty() {
        return specific;
    }
    let entry = diagnosis.cause.entry();
    // A diagnosis does not have to be looked up by its reader.
    let tasks = entry
        .tasks
        .iter()
        .filter(|task| **task != Task::LookUpDiagnosis);
    let tasks = tasks.filter(|task| !performed.iter().any(|own| own.tasks.contains(task)));
    let tasks: Vec<Remedy> = tasks
        .filter_map(|task| task_remedy(*task, operating))
        .map(|remedy| remedy.about(diagnosis.client_id.as_deref()))
        .collect();
    let of_tasks = entry.tasks.iter().filter_map(|task| Performed::of(*task));
    let repeated: Vec<&str> = performed
        .iter()
        .copied()
        .chain(of_tasks.filter(|_| !tasks.is_empty()))
        .flat_map(|own| own.advice.iter().copied())
        .collect();
    let general = entry.for_operator.fixes.iter();
    let general = general.filter(|text| !repeated.contains(*text));
    let general = general.map(|text| Remedy::general(text)).collect();
    let steps = if performed.is_empty() {
        [specific, general, tasks]
    } else {
        [general, specific, tasks]
    };
    steps.into_iter().flatten().collect()
}

/// Returns true if the observation is that a secret was sent in the URL, which proxies and logs may have stored.
fn is_secret_in_url(evidence: &Evidence) -> bool {
    // A password may be the client secret under another name. An assertion only proves that its sender has a key.
    matches!(evidence, Evidence::ParameterInUrl { parameter, is_empty: false }
        if matches!(&**parameter, "client_secret" | "password"))
}

/// The general advice that a more exact step makes superfluous.
#[derive(Debug, Clone, Copy)]
struct Performed {
    /// The tasks that the step performs, or that do not apply where it is suggested.
    tasks: &'static [Task],
    /// The sentences for operators that the step repeats with the values of the records.
    advice: &'static [&'static str],
}

impl Performed {
    /// Returns what a fix makes superfluous that undoes what an operator may have done on purpose; `None` for other fixes.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other fixes give no access back"
    )]
    const fn by(fix: &Fix) -> Option<Self> {
        let (tasks, advice): (&[Task], &[&str]) = match fix {
            Fix::Enable { .. } => (
                &[Task::EnableApplication],
                &["If the application was disabled by mistake, enable it."],
            ),
            Fix::RemoveExpiry { .. } => (
                &[Task::ExtendApplication],
                &[
                    "If the service is still needed, remove the application's expires_at, or set a later time.",
                ],
            ),
            Fix::ResumeOrganization { .. } => (
                &[Task::ResumeOrganization],
                &[
                    "If the organization's applications should get tokens again, resume the organization.",
                ],
            ),
            Fix::AllowAddress { .. } => (
                &[Task::AllowAddress],
                &[
                    "If the address belongs to the service, add the address or its network to the application's allowed addresses.",
                    "If the address does not belong to any of your services, treat the secret as leaked: create a new secret, and revoke the others at once.",
                ],
            ),
            // The caller knows a secret of the application.
            Fix::MakeConfidential { .. } => (
                &[Task::MakeConfidential, Task::RotateSecret],
                &[
                    "If the application runs where it can keep a secret, change its client type to confidential.",
                    "If the confidential application has no secret, create one for it.",
                ],
            ),
            Fix::AllowGrantType { .. } => (
                &[Task::AllowGrantType],
                &[
                    "If the application belongs to a service, add client_credentials to its grant types.",
                ],
            ),
            Fix::AllowAuthenticationMethod { .. } => (
                &[Task::AllowAuthenticationMethod],
                &[
                    "If the caller cannot use another method, allow its method, client_secret_basic or client_secret_post, for the application.",
                ],
            ),
            // The task describes other quotas too.
            Fix::RaiseQuota { .. } => (
                &[],
                &[
                    "If the caller already reuses its tokens, raise the application's quota, or let the server only warn about tokens beyond the quota.",
                ],
            ),
            // The task describes how the system user is removed too.
            Fix::AllowSystemUser { .. } => (
                &[],
                &[
                    "If the application should act as a system user, allow it to, and assign a valid system user to it.",
                ],
            ),
            Fix::RevokeTokensUntilNow { .. } => (
                &[Task::SetNotBefore],
                &[
                    "If the tokens should be revoked only up to now, set the application's not_before to the current time.",
                ],
            ),
            _ => return None,
        };
        Some(Self { tasks, advice })
    }

    /// Returns the advice that the text of a task repeats, if there is any.
    fn of(task: Task) -> Option<Self> {
        (task == Task::EndMaintenance).then_some(Self {
            tasks: &[],
            advice: &["When the work is done, switch maintenance off."],
        })
    }
}

impl Remedy {
    /// Puts the client id into the command of a task. If the command needs other values too, it becomes a part of the text.
    fn about(mut self, client_id: Option<&str>) -> Self {
        let Some(mut command) = self.command.take() else {
            return self;
        };
        // The issuer is known, except on a server with a registry file, and may contain words in capital letters.
        let before_issuer = command
            .split_once(" --issuer ")
            .map_or(&*command, |(before, _)| before);
        let words = before_issuer.split([' ', '/']);
        let mut missing = words.filter(|word| is_placeholder(word)).count();
        if command.ends_with(ISSUER) {
            missing = missing.saturating_add(1);
        }
        if let Some(client_id) = client_id.filter(|client_id| is_usable(client_id))
            && command.contains(SUBJECT)
        {
            let subject = quoted(client_id);
            let looks_like_option = client_id.starts_with('-');
            command = match command.split_once(SUBJECT) {
                // A value that looks like an option follows an equals sign.
                Some((before, after)) if looks_like_option && ends_with_option(before) => {
                    format!("{before}={subject}{after}")
                }
                // A client id that looks like an option is after all options.
                Some((before, after)) if looks_like_option => {
                    format!("{before}{after} -- {subject}")
                }
                Some((before, after)) => format!("{before} {subject}{after}"),
                None => command,
            };
            missing = missing.saturating_sub(1);
        }
        if missing == 0 {
            self.command = Some(command);
        } else {
            self.text += &format!(
                " The command is {command}, with the words in capital letters replaced by values."
            );
        }
        self
    }

    /// Returns a step that has only words.
    fn general(text: &str) -> Self {
        Self {
            kind: "general".to_owned(),
            text: text.to_owned(),
            command: None,
            lines: None,
        }
    }
}

/// The place of the client id in the command of a task.
const SUBJECT: &str = " CLIENT_ID";

/// Returns true if the last word of this part of a command is an option, which the next word is the value of.
fn ends_with_option(part: &str) -> bool {
    let last = part.rsplit(' ').next();
    last.is_some_and(|last| last.starts_with("--"))
}

/// Returns true for a word of a command that stands for a value, such as `AUDIENCE`.
fn is_placeholder(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use m2m_errors::Cause;

    use super::*;

    const DATA: Operating<'_> = Operating::DataDirectory {
        issuer: "https://id.example",
    };

    fn diagnosis(cause: Cause, client_id: Option<&str>, fixes: Vec<Fix>) -> Diagnosis {
        Diagnosis {
            cause,
            client_id: client_id.map(Into::into),
            evidence: Vec::new(),
            fixes,
        }
    }

    fn commands(remedies: &[Remedy]) -> Vec<&str> {
        let commands = remedies
            .iter()
            .filter_map(|remedy| remedy.command.as_deref());
        commands.collect()
    }

    #[test]
    fn a11_only_a_secret_in_the_url_has_leaked() {
        let kinds = |parameter: &'static str, is_empty| {
            let diagnosis = Diagnosis {
                cause: Cause::CredentialsInUrl,
                client_id: None,
                evidence: vec![Evidence::ParameterInUrl {
                    parameter: parameter.into(),
                    is_empty,
                }],
                fixes: vec![Fix::SendInBody {
                    parameter: parameter.into(),
                }],
            };
            let remedies = remedies(&diagnosis, Operating::Foreign).into_iter();
            remedies.map(|remedy| remedy.kind).collect::<Vec<_>>()
        };
        for (parameter, is_empty) in [
            ("client_id", false),
            ("client_assertion_type", false),
            ("client_secret", true),
        ] {
            assert_eq!(kinds(parameter, is_empty), ["send_in_body"], "{parameter}");
        }
        for parameter in ["client_secret", "password"] {
            let kinds = kinds(parameter, false);
            assert!(kinds.contains(&"general".to_owned()), "{kinds:?}");
        }
    }

    #[test]
    fn general_advice_names_the_application_and_gives_no_other_server_commands_of_m2m() {
        for (client_id, expected) in [
            (
                "a b",
                "m2m secret rotate 'a b' --overlap 24h --issuer https://id.example",
            ),
            (
                "-rf",
                "m2m secret rotate --overlap 24h --issuer https://id.example -- -rf",
            ),
        ] {
            let remedies = remedies(
                &diagnosis(Cause::SecretWrong, Some(client_id), Vec::new()),
                DATA,
            );
            assert!(commands(&remedies).contains(&expected), "{remedies:?}");
        }
        let capital = Operating::DataDirectory {
            issuer: "https://id.example/API",
        };
        let of_capital = remedies(
            &diagnosis(Cause::SecretWrong, Some("ABC"), Vec::new()),
            capital,
        );
        let expected = "m2m secret rotate ABC --overlap 24h --issuer https://id.example/API";
        assert!(commands(&of_capital).contains(&expected), "{of_capital:?}");
        let general = Cause::SecretWrong.entry().for_operator.fixes;
        let unknown = diagnosis(Cause::SecretWrong, None, Vec::new());
        for remedy in remedies(&unknown, Operating::Foreign) {
            assert_eq!(remedy.kind, "general");
            assert!(general.contains(&&*remedy.text), "{remedy:?}");
        }
    }

    #[test]
    fn a_client_id_that_looks_like_an_option_is_the_value_of_one() {
        let deleted = diagnosis(Cause::ApplicationDeleted, Some("-rf"), Vec::new());
        let remedies = remedies(&deleted, DATA);
        let again = remedies
            .iter()
            .find(|own| own.kind == "recreate_application");
        let text = &again.unwrap().text;
        assert!(
            text.contains("m2m application create NAME --client-id=-rf --authorize AUDIENCE"),
            "{text}"
        );
    }

    #[test]
    fn a_command_of_a_diagnosis_has_no_placeholder() {
        let files = [DATA, Operating::RegistryFile];
        for &cause in Cause::ALL {
            for (operating, client_id) in
                files.iter().flat_map(|own| [(own, None), (own, Some("a"))])
            {
                let remedies = remedies(&diagnosis(cause, client_id, Vec::new()), *operating);
                for command in commands(&remedies) {
                    let mut words = command.split([' ', '/']);
                    assert!(!words.any(is_placeholder), "{cause:?}: {command}");
                }
            }
        }
        let remedies = remedies(&diagnosis(Cause::AudienceUnknown, None, Vec::new()), DATA);
        let create = remedies.iter().find(|remedy| remedy.kind == "create_api");
        let create = create.unwrap();
        assert_eq!(create.command, None);
        assert!(
            create.text.ends_with(
                "The command is m2m api create NAME AUDIENCE --issuer https://id.example, with the words in capital letters replaced by values."
            ),
            "{create:?}"
        );
    }

    #[test]
    fn a_step_is_given_once_and_after_what_must_be_checked() {
        let client_id = || "job".into();
        for (cause, fix, expected) in [
            (
                Cause::ApplicationDisabled,
                Fix::Enable {
                    client_id: client_id(),
                },
                &["general", "enable", "list_events", "apply_registry_file"][..],
            ),
            (
                Cause::ApplicationExpired,
                Fix::RemoveExpiry {
                    client_id: client_id(),
                },
                &[
                    "general",
                    "general",
                    "remove_expiry",
                    "list_events",
                    "apply_registry_file",
                ],
            ),
            (
                Cause::OrganizationSuspended,
                Fix::ResumeOrganization { code: "org".into() },
                &[
                    "general",
                    "resume_organization",
                    "list_events",
                    "apply_registry_file",
                ],
            ),
            (
                Cause::AddressNotAllowed,
                Fix::AllowAddress {
                    client_id: client_id(),
                    address: [192, 0, 2, 7].into(),
                    allowed: Vec::new(),
                },
                &[
                    "general",
                    "allow_address",
                    "trust_proxies",
                    "replace_leaked_secret",
                    "set_secret_hash",
                    "apply_registry_file",
                ],
            ),
            (
                Cause::ClientPublic,
                Fix::MakeConfidential {
                    client_id: client_id(),
                },
                &["general", "make_confidential", "apply_registry_file"],
            ),
        ] {
            let advice = cause.entry().for_operator.fixes;
            let performed = Performed::by(&fix).unwrap().advice;
            assert!(
                performed.iter().all(|own| advice.contains(own)),
                "{cause:?}"
            );
            let remedies = remedies(&diagnosis(cause, Some("job"), vec![fix]), DATA);
            let kinds: Vec<&str> = remedies.iter().map(|remedy| &*remedy.kind).collect();
            assert_eq!(kinds, expected, "{cause:?}");
        }
        let kinds = |cause, fixes| {
            let remedies = remedies(&diagnosis(cause, Some("job"), fixes), DATA).into_iter();
            remedies.map(|remedy| remedy.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(Cause::Maintenance, Vec::new()), ["end_maintenance"]);
        let fix = Fix::RevokeTokensUntilNow {
            client_id: client_id(),
        };
        let not_before = kinds(Cause::NotBeforeInFuture, vec![fix]);
        assert_eq!(
            not_before.get(..3).unwrap_or_default(),
            ["general", "general", "revoke_tokens_until_now"]
        );
        assert!(!not_before.contains(&"set_not_before".to_owned()));
    }

    #[test]
    fn a_leaked_secret_is_replaced_with_one_command() {
        let fix = Fix::AllowAddress {
            client_id: "job".into(),
            address: [192, 0, 2, 7].into(),
            allowed: vec!["10.0.0.0/8".parse().unwrap(), "192.0.2.7".parse().unwrap()],
        };
        let remedies = remedies(
            &diagnosis(Cause::AddressNotAllowed, Some("job"), vec![fix]),
            DATA,
        );
        assert_eq!(
            commands(&remedies),
            [
                "m2m application update job --allowed-address 10.0.0.0/8 --allowed-address 192.0.2.7/32 --issuer https://id.example",
                "m2m secret rotate job --overlap 0 --issuer https://id.example",
            ]
        );
    }
}
