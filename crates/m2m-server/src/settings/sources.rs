//! Where values come from: flags before variables before a file before defaults.

use core::ops::Range;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::Mistakes;
use super::file::SettingsFile;
use super::setting::{Form, Setting};
use super::value::Wrong;
use crate::cli::SettingOptions;
use crate::environment::Environment;
use crate::error::Failure;

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Nobody said anything.
    Default,
}

/// All places that can say something, and what was wrong with what they said.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    options: &'a SettingOptions,
    environment: &'a Environment,
    file: Option<SettingsFile>,
    origins: BTreeMap<Setting, Origin>,
    /// What was wrong so far.
    pub(super) mistakes: Mistakes,
}

/// A value, or the element of one that is a list, in the place where it was written.
#[derive(Debug)]
struct Written {
    text: OsString,
    span: Option<Range<usize>>,
}

impl<'a> Sources<'a> {
    /// The places that these flags and variables lead to.
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
        let (file, mistakes) = match path.map(|path| SettingsFile::read(Path::new(path))) {
            None => (None, Mistakes::default()),
            Some(read) => {
                let (file, mistakes) = read?;
                (Some(file), mistakes)
            }
        };
        Ok(Self {
            options,
            environment,
            file,
            origins: BTreeMap::new(),
            mistakes,
        })
    }

    /// Whether anybody said anything about a setting.
    pub(super) fn is_given(&self, setting: Setting) -> bool {
        !self.given(setting).is_empty()
    }

    /// The value of a setting that has one value, if one is given or it has a default, and it is right.
    pub(super) fn value<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&OsStr) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.values(setting, parse)?.into_iter().next()
    }

    /// The values of a setting that is a list, if all are right.
    pub(super) fn values<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&OsStr) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let mut chosen = None;
        // What another place overrides has to be right as well: some day the other will be gone.
        for (origin, written) in self.given(setting) {
            let mut values = Some(Vec::with_capacity(written.len()));
            for one in written {
                match parse(&one.text) {
                    Ok(value) => {
                        if let Some(values) = &mut values {
                            values.push(value);
                        }
                    }
                    Err(wrong) => {
                        values = None;
                        let mistake = self.mistake(setting, &origin, one.span, wrong);
                        self.mistakes.add(mistake);
                    }
                }
            }
            if chosen.is_none() {
                self.origins.insert(setting, origin);
                chosen = Some(values);
            }
        }
        chosen.unwrap_or_else(|| {
            let text = setting.default()?;
            self.origins.insert(setting, Origin::Default);
            let written = elements(setting, OsStr::new(text));
            let values = written.iter().map(|one| parse(&one.text).ok());
            values.collect()
        })
    }

    /// Where the value of a setting came from that has been asked for.
    pub(super) fn origin(&self, setting: Setting) -> &Origin {
        self.origins.get(&setting).unwrap_or(&Origin::Default)
    }

    /// Where all values came from.
    pub(super) fn into_origins(self) -> BTreeMap<Setting, Origin> {
        self.origins
    }

    /// The setting, named as in the place where its value came from.
    pub(super) fn named(&self, setting: Setting) -> String {
        named(setting, self.origin(setting))
    }

    /// A failure about the value of a setting, with its place if that is a file.
    pub(super) fn at(&self, setting: Setting, failure: Failure) -> Failure {
        let entry = match (self.origin(setting), &self.file) {
            (Origin::File { .. }, Some(file)) => file.value(setting).map(|entry| (file, entry)),
            (Origin::File { .. } | Origin::Flag | Origin::Variable | Origin::Default, _) => None,
        };
        match entry {
            Some((file, entry)) => failure.at(file.excerpt(entry.span.clone())),
            None => failure,
        }
    }

    /// A failure about a setting whose value is not to be shown, in the first place that has one.
    pub(super) fn at_without_value(&self, setting: Setting, what: &str) -> Option<Failure> {
        let (origin, _) = self.given(setting).into_iter().next()?;
        let failure = Failure::usage(format!("{}: {what}", named(setting, &origin)));
        let entry = match origin {
            Origin::File { .. } => self.file.as_ref(),
            Origin::Flag | Origin::Variable | Origin::Default => None,
        };
        Some(
            match entry.and_then(|file| Some((file, file.value(setting)?))) {
                Some((file, entry)) => failure.at(file.excerpt_without_values(entry.span.clone())),
                None => failure,
            },
        )
    }

    /// What was said of a setting, the first to count first.
    fn given(&self, setting: Setting) -> Vec<(Origin, Vec<Written>)> {
        let flag = self.options.given(setting);
        let mut given = Vec::new();
        if !flag.is_empty() {
            let written = flag.into_iter().flat_map(|text| elements(setting, text));
            given.push((Origin::Flag, written.collect()));
        }
        if let Some(text) = self.environment.get(&setting.variable()) {
            given.push((Origin::Variable, elements(setting, text)));
        }
        if let Some(file) = &self.file
            && let Some(entry) = file.value(setting)
        {
            let origin = Origin::File {
                file: file.name().to_owned(),
                line: file.line(entry.span.start),
            };
            let written = entry.items.iter().map(|item| Written {
                text: item.text.clone(),
                span: Some(item.span.clone()),
            });
            given.push((origin, written.collect()));
        }
        given
    }

    fn mistake(
        &self,
        setting: Setting,
        origin: &Origin,
        span: Option<Range<usize>>,
        wrong: Wrong,
    ) -> Failure {
        let failure = Failure::usage(format!("{}: {}", named(setting, origin), wrong.what));
        let failure = match (span, &self.file) {
            (Some(span), Some(file)) => failure.at(file.excerpt(span)),
            (Some(_) | None, _) => failure,
        };
        let failure = wrong.why.into_iter().fold(failure, Failure::because);
        failure.help(wrong.help)
    }
}

/// The setting, named as in this place.
fn named(setting: Setting, origin: &Origin) -> String {
    match origin {
        Origin::Flag => setting.flag(),
        Origin::Variable => setting.variable(),
        Origin::File { .. } | Origin::Default => setting.name().to_owned(),
    }
}

/// The elements of what a flag or a variable says: one, or what stands between the commas of a list.
fn elements(setting: Setting, text: &OsStr) -> Vec<Written> {
    let written = |text: &OsStr| Written {
        text: text.to_owned(),
        span: None,
    };
    match (setting.form(), text.to_str()) {
        (Form::List, Some(list)) => {
            let parts = list
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(|part| written(OsStr::new(part))).collect()
        }
        (Form::List | Form::Text | Form::Path | Form::Boolean | Form::Number, _) => {
            vec![written(text)]
        }
    }
}

/// The variable that names the file.
pub(super) const CONFIG_VARIABLE: &str = "M2M_CONFIG";
