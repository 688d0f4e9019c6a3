//! Settings from flags, variables and files, as a server would get them.

mod causes;
mod contradictions;
mod documents;
mod file;
mod precedence;
mod secrets;

use std::ffi::OsString;

use clap::Parser as _;
use m2m_host::error::Failure;

use super::*;
use crate::serve::ServeOptions;

/// The command, without the program that it is a part of.
#[derive(Debug, clap::Parser)]
struct ServeCommand {
    #[command(flatten)]
    options: ServeOptions,
}

/// The input of a test: flags, variables and the text of a file.
struct Said<'s> {
    flags: &'s [&'s str],
    variables: &'s [(&'s str, &'s str)],
    file: Option<&'s str>,
}

impl Said<'_> {
    fn resolve(&self) -> Result<Settings, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["serve"];
        arguments.extend_from_slice(self.flags);
        let path = folder.path().join("m2m.toml");
        if let Some(text) = self.file {
            std::fs::write(&path, text).unwrap();
            arguments.extend_from_slice(&["--config", path.to_str().unwrap()]);
        }
        let ServeCommand { options } = ServeCommand::try_parse_from(arguments).unwrap();
        let variables = self.variables.iter();
        let environment: Environment = variables
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect();
        Settings::resolve(&options.settings, &environment).map_err(|mistakes| {
            let all = mistakes.into_vec().into_iter();
            all.inspect(|failure| assert_eq!(failure.exit(), m2m_host::error::Exit::Usage))
                .map(|failure: Failure| failure.to_string())
                .collect()
        })
    }

    /// Asserts that there is exactly one mistake, which contains each of these texts, and returns it.
    #[track_caller]
    fn refused(&self, expected: &[&str]) -> String {
        let mistakes = self.resolve().unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        let mistake = mistakes.into_iter().next().unwrap();
        for expected in expected {
            assert!(mistake.contains(expected), "{expected:?} in {mistake}");
        }
        mistake
    }
}

/// Returns an input of flags alone.
fn flags<'s>(flags: &'s [&'s str]) -> Said<'s> {
    Said {
        flags,
        variables: &[],
        file: None,
    }
}

/// Returns an input of a file alone.
fn file(text: &str) -> Said<'_> {
    Said {
        flags: &[],
        variables: &[],
        file: Some(text),
    }
}
