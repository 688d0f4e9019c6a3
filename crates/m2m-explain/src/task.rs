//! The tasks of an operator in words, with their commands.

mod words;

use m2m_errors::Task;
use serde::Serialize;

/// A task of the operator of an m2m server in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TaskAdvice {
    /// The name of the task, such as `rotate_secret`.
    pub task: &'static str,
    /// The task on a server with a data directory, in one sentence or two. Absent if such a server needs something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_directory: Option<&'static str>,
    /// The task on a server with a registry file, in one sentence or two. Absent if such a server needs something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_file: Option<&'static str>,
    /// The command that performs the task. Words in capital letters, such as `CLIENT_ID`, stand for values.
    ///
    /// It is for a server with a data directory. If `registry_file` and `data_directory` are the same, it is for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<&'static str>,
}

impl TaskAdvice {
    /// Returns a task in words.
    ///
    /// ```
    /// use m2m_errors::Task;
    /// use m2m_explain::TaskAdvice;
    ///
    /// let advice = TaskAdvice::of(Task::ListSecrets);
    /// assert_eq!(advice.command, Some("m2m secret list CLIENT_ID --issuer URL"));
    /// ```
    #[must_use]
    pub const fn of(task: Task) -> Self {
        let mut advice = words::of(task);
        advice.task = task.as_str();
        advice
    }

    /// Returns true if the task is the same on a server with a data directory and on one with a registry file.
    #[must_use]
    pub fn is_the_same_everywhere(&self) -> bool {
        self.data_directory == self.registry_file
    }

    /// Creates a task on a server with a data directory.
    const fn data(text: &'static str) -> Self {
        Self {
            task: "",
            data_directory: Some(text),
            registry_file: None,
            command: None,
        }
    }

    /// Creates a task that is the same on every server.
    const fn everywhere(text: &'static str) -> Self {
        Self::data(text).file(text)
    }

    /// Adds the task on a server with a registry file.
    const fn file(mut self, text: &'static str) -> Self {
        self.registry_file = Some(text);
        self
    }

    /// Adds the command.
    const fn command(mut self, command: &'static str) -> Self {
        self.command = Some(command);
        self
    }
}

/// The text for a task of a later release.
const UNKNOWN: &str = "This release does not know the task.";

/// The end of the commands that call a server, which a server replaces by its own issuer.
#[cfg(feature = "diagnosis")]
pub(crate) const ISSUER: &str = " --issuer URL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_words_for_at_least_one_kind_of_server() {
        for &task in Task::ALL {
            let advice = TaskAdvice::of(task);
            assert_eq!(advice.task, task.as_str());
            let texts = [advice.data_directory, advice.registry_file];
            assert!(texts.iter().any(Option::is_some), "{task:?}");
            for text in texts.into_iter().flatten() {
                assert_ne!(text, UNKNOWN, "{task:?}");
                assert!(text.ends_with('.'), "{task:?}: {text}");
                assert!(text.starts_with(|c: char| c.is_ascii_uppercase()), "{text}");
            }
            assert!(
                advice.command.is_none() || advice.data_directory.is_some(),
                "{task:?}"
            );
        }
    }

    #[test]
    fn a_task_that_gives_access_back_has_no_command() {
        // The operator may have removed the access on purpose. Where the caller knows the secret, the diagnosis has the command.
        for task in [
            Task::EnableApplication,
            Task::MakeConfidential,
            Task::AllowAddress,
            Task::AllowAuthenticationMethod,
            Task::AllowGrantType,
            Task::ResumeOrganization,
            Task::SetNotBefore,
        ] {
            assert_eq!(TaskAdvice::of(task).command, None, "{task:?}");
        }
    }
}
