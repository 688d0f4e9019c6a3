//! The flags of settings, which can also come from a variable or a file.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use clap::builder::{OsStringValueParser, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, ValueHint};

use crate::settings::{Form, Setting, Shape};

/// The values of flags, unparsed. They are parsed together with variables and files, so that all three have the same rules and errors.
#[derive(Debug, Default)]
pub struct SettingOptions {
    /// A TOML file with settings.
    pub(crate) config: Option<OsString>,
    given: BTreeMap<Setting, OsString>,
}

impl SettingOptions {
    /// Returns flags with these values.
    pub(crate) fn of(
        config: Option<OsString>,
        given: impl IntoIterator<Item = (Setting, OsString)>,
    ) -> Self {
        Self {
            config,
            given: given.into_iter().collect(),
        }
    }

    /// Returns the value of this setting's flag, if it was given.
    pub(crate) fn given(&self, setting: Setting) -> Option<&OsStr> {
        self.given.get(&setting).map(OsString::as_os_str)
    }
}

impl Args for SettingOptions {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .value_parser(OsStringValueParser::new())
            .help("TOML file with settings (also M2M_CONFIG)");
        command.arg(config).args(Setting::ALL.map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        // Only the flag of a list can be repeated; its values are joined.
        let given = |id: &str| {
            let values: Vec<_> = matches.get_raw(id)?.collect();
            Some(values.join(OsStr::new(",")))
        };
        let settings = Setting::ALL.into_iter();
        Ok(Self {
            config: given(CONFIG),
            given: settings
                .filter_map(|setting| Some((setting, given(setting.name())?)))
                .collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Returns the flag of a setting.
fn argument(setting: Setting) -> Arg {
    let Shape {
        form,
        value_name,
        hint,
        words,
        is_offered,
        ..
    } = *setting.shape();
    let (help, more) = setting.help();
    let default = match (form, setting.default()) {
        // A list is empty by default, and the default of a switch is its absence.
        (Form::List | Form::Boolean, _) | (_, None) => String::new(),
        (_, Some(default)) => format!(" [default: {default}]"),
    };
    let argument = Arg::new(setting.name())
        .long(setting.flag().trim_start_matches('-').to_owned())
        .value_name(value_name)
        .value_hint(hint)
        .hide(!is_offered);
    let argument = match &*more {
        "" => argument,
        more => argument.long_help(format!("{help}. {more}{default}")),
    };
    let argument = match &*words() {
        [] => argument.value_parser(OsStringValueParser::new()),
        words => argument.value_parser(PossibleValuesParser::new(words.iter().copied())),
    };
    let argument = argument.help(format!("{help}{default}"));
    match form {
        Form::Boolean => argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        Form::List => argument.action(ArgAction::Append),
        Form::Text | Form::Path | Form::Number => argument,
    }
}

/// The name of the flag that names the file.
const CONFIG: &str = "config";
