//! The sources of values: flags before variables before a file before defaults.

use core::ops::Range;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use m2m_errors::Cause;
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use serde::Serialize;
use serde_json::Value;

use super::file::{Given, Item, SettingsFile};
use super::kind::Kind;
use super::setting::{Form, Setting};
use super::{Mistakes, Shown};
use crate::settings::SettingOptions;

/// The source that the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Origin {
    /// Its flag.
    Flag,
    /// Its variable.
    Variable,
    /// A file.
    File {
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// The default, since no source has the setting.
    Default,
}

/// All sources of settings, and the mistakes in them.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    options: &'a SettingOptions,
    environment: &'a Environment,
    file: Option<SettingsFile>,
    found: BTreeMap<Setting, (Origin, Value)>,
    /// The mistakes so far.
    pub(super) mistakes: Mistakes,
}

impl<'a> Sources<'a> {
    /// Opens the sources: these flags and variables, and the file that they name.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(super) fn open(
        options: &'a SettingOptions,
        environment: &'a Environment,
    ) -> Result<Self, Failure> {
        let path = options.config.as_deref();
        let path = path.or_else(|| environment.get(CONFIG_VARIABLE));
        let read = path.map(|path| SettingsFile::read(Path::new(path)));
        let (file, mistakes) = read.transpose()?.unzip();
        Ok(Self {
            options,
            environment,
            file,
            found: BTreeMap::new(),
            mistakes: mistakes.unwrap_or_default(),
        })
    }

    /// Reads a setting from the first source that has it: the elements of a list, or the value of another setting, if there is one.
    /// Returns nothing if that is wrong. Values in other sources must be valid as well: they take effect once the first is removed.
    pub(super) fn read<T>(&mut self, setting: Setting, kind: &Kind<T>) -> Option<Vec<T>> {
        let mut first = None;
        for Given { origin, items, .. } in self.given(setting) {
            let (mut values, wrong_before) = (Vec::new(), self.mistakes.len());
            for Item { text, span } in items {
                match kind.parse(&text) {
                    Ok(value) => values.push(value),
                    Err(wrong) => {
                        let name = named(setting, &origin);
                        let what = format!("{name}: {}", wrong.what);
                        let failure = Failure::mistake(Cause::SettingInvalid, what);
                        let failure = self.placed(setting, &origin, span, failure);
                        let failure = wrong.why.into_iter().fold(failure, Failure::because);
                        self.mistakes.add(failure.help(wrong.help));
                    }
                }
            }
            let values = (self.mistakes.len() == wrong_before).then_some(values);
            first.get_or_insert((origin, values));
        }
        let (origin, values) = first.unwrap_or_else(|| (Origin::Default, Some(Vec::new())));
        let mut shown = values.iter().flatten().map(kind.show);
        let shown = match setting.form() {
            Form::List => shown.collect(),
            Form::Text | Form::Path | Form::Boolean | Form::Number => {
                shown.next().unwrap_or_default()
            }
        };
        self.found.insert(setting, (origin, shown));
        values
    }

    /// Returns true if a source has the setting.
    pub(super) fn is_given(&self, setting: Setting) -> bool {
        *self.origin(setting) != Origin::Default
    }

    /// Returns the source of the value of a setting that has been read.
    pub(super) fn origin(&self, setting: Setting) -> &Origin {
        let found = self.found.get(&setting);
        found.map_or(&Origin::Default, |(origin, _)| origin)
    }

    /// Returns the environment.
    pub(super) const fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Returns all settings that are offered, as they were read.
    pub(super) fn into_shown(self) -> Vec<Shown> {
        let offered = |(setting, _): &(Setting, _)| setting.shape().is_offered;
        let found = self.found.into_iter().filter(offered);
        found
            .map(|(setting, (origin, value))| Shown {
                name: setting.name(),
                value,
                origin,
            })
            .collect()
    }

    /// Returns the name of the setting in the source of its value.
    pub(super) fn named(&self, setting: Setting) -> String {
        named(setting, self.origin(setting))
    }

    /// Returns a failure about the value of a setting, with its place if the source is a file.
    pub(super) fn at(&self, setting: Setting, failure: Failure) -> Failure {
        let given = self.file.as_ref().and_then(|file| file.value(setting));
        let span = given.map(|given| given.span.clone());
        self.placed(
            setting,
            self.origin(setting),
            span.unwrap_or_default(),
            failure,
        )
    }

    fn placed(
        &self,
        setting: Setting,
        origin: &Origin,
        span: Range<usize>,
        failure: Failure,
    ) -> Failure {
        match (origin, &self.file) {
            (Origin::File { .. }, Some(file)) => failure.at(file.excerpt(setting, span)),
            _ => failure,
        }
    }

    /// Returns the values of a setting in each source, in order of precedence.
    fn given(&self, setting: Setting) -> impl Iterator<Item = Given> + use<> {
        let variable = setting.variable();
        let texts = [
            (Origin::Flag, self.options.given(setting)),
            (Origin::Variable, self.environment.get(&variable)),
            (Origin::Default, setting.default().map(OsStr::new)),
        ];
        let [flag, variable, default] = texts.map(|(origin, text)| {
            Some(Given {
                origin,
                span: 0..0,
                items: items(setting, text?),
            })
        });
        let file = self.file.as_ref();
        let in_file = file.and_then(|file| file.value(setting).cloned());
        [flag, variable, in_file, default].into_iter().flatten()
    }
}

/// Returns the name of the setting in this source.
pub(super) fn named(setting: Setting, origin: &Origin) -> String {
    match origin {
        Origin::Flag => setting.flag(),
        Origin::Variable => setting.variable(),
        Origin::File { .. } | Origin::Default => setting.name().to_owned(),
    }
}

/// Splits the value of a flag or a variable; for a list, at its commas.
fn items(setting: Setting, text: &OsStr) -> Vec<Item> {
    let item = |text: &OsStr| Item {
        text: text.to_owned(),
        span: 0..0,
    };
    match (setting.form(), text.to_str()) {
        (Form::List, Some(list)) => {
            let elements = list.split(',').map(str::trim);
            let elements = elements.filter(|element| !element.is_empty());
            elements.map(|element| item(element.as_ref())).collect()
        }
        (Form::List | Form::Text | Form::Path | Form::Boolean | Form::Number, _) => {
            vec![item(text)]
        }
    }
}

/// The variable that names the file.
pub(super) const CONFIG_VARIABLE: &str = "M2M_CONFIG";
