//! The configuration file. All mistakes in it are reported, not only the first.

use core::ops::Range;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use m2m_authority::diagnose::nearest;
use m2m_errors::Cause;
use m2m_host::error::{Excerpt, Failure};
use m2m_host::regular_file::{self, Pipes, RegularFile};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::setting::{Form, Setting};
use super::{Mistakes, Origin};

/// A configuration file that has been read.
#[derive(Debug)]
pub(super) struct SettingsFile {
    name: String,
    source: String,
    values: BTreeMap<Setting, Given>,
}

/// The value of a setting in one source.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The source of the value.
    pub(super) origin: Origin,
    /// Its place in a file. Unit: bytes.
    pub(super) span: Range<usize>,
    /// The elements of a list, or the one value of another setting.
    pub(super) items: Vec<Item>,
}

/// An element of a list, or the value of another setting.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The text, as in a flag.
    pub(super) text: OsString,
    /// Its place in a file. Unit: bytes.
    pub(super) span: Range<usize>,
}

impl SettingsFile {
    /// Reads a file as far as possible, and returns the mistakes in it as well.
    ///
    /// # Errors
    ///
    /// If it cannot be read at all.
    pub(super) fn read(path: &Path) -> Result<(Self, Mistakes), Failure> {
        let name = regular_file::shown(path);
        let what = || format!("cannot read {name}");
        let help = "set --config or M2M_CONFIG to a TOML file with settings";
        let bytes = RegularFile::open(path, Pipes::Taken)
            .and_then(|opened| opened.read(MAX_SETTINGS_BYTES))
            .map_err(|error| Failure::of_io(what(), &error).help(help))?;
        let source = str::from_utf8(&bytes).map_err(|error| {
            Failure::mistake(Cause::SettingsFileMalformed, what())
                .because(error.to_string())
                .help(help)
        })?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        Ok(Self::parse(&name, source, folder))
    }

    /// Parses the text of a file with this name. Relative paths in it start at this folder.
    pub(super) fn parse(name: &str, source: &str, folder: &Path) -> (Self, Mistakes) {
        let (table, errors) = DeTable::parse_recoverable(source);
        let mut file = Self {
            name: name.to_owned(),
            source: source.to_owned(),
            values: BTreeMap::new(),
        };
        let mut mistakes = Mistakes::default();
        for error in &errors {
            mistakes.add(file.syntax(error));
        }
        // After a line that is not TOML nothing is reliable: half a value would be reported as a second mistake.
        if errors.is_empty() {
            file.read_table("", table.get_ref(), folder, &mut mistakes);
        }
        (file, mistakes)
    }

    /// Returns the value of a setting.
    pub(super) fn value(&self, setting: Setting) -> Option<&Given> {
        self.values.get(&setting)
    }

    /// Returns the place of a value. The value is shown unless it may be a secret.
    pub(super) fn excerpt(&self, setting: Setting, span: Range<usize>) -> Excerpt {
        // An operator who confuses the client id with the secret has written the secret there.
        if setting.shape().is_offered && setting != Setting::BootstrapClientId {
            Excerpt::of(&self.name, &self.source, span)
        } else {
            self.excerpt_without_values(span)
        }
    }

    fn excerpt_without_values(&self, span: Range<usize>) -> Excerpt {
        Excerpt::without_values(&self.name, &self.source, span)
    }

    fn read_table(
        &mut self,
        prefix: &str,
        table: &DeTable<'_>,
        folder: &Path,
        mistakes: &mut Mistakes,
    ) {
        // The entries in the order of the file, which the table does not keep.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = format!("{prefix}{}", key.get_ref());
            let setting = Setting::ALL
                .into_iter()
                .find(|setting| setting.name() == name);
            match (setting, value.get_ref()) {
                (Some(setting), _) => match read_value(setting.form(), value, folder) {
                    Ok(items) => {
                        let span = value.span();
                        let before = self.source.bytes().take(span.start);
                        let origin = Origin::File {
                            file: self.name.clone(),
                            line: before.filter(|byte| *byte == b'\n').count() + 1,
                        };
                        self.values.insert(
                            setting,
                            Given {
                                origin,
                                span,
                                items,
                            },
                        );
                    }
                    Err((span, what)) => {
                        let failure =
                            Failure::mistake(Cause::SettingInvalid, format!("{name}: {what}"));
                        mistakes.add(failure.at(self.excerpt(setting, span)));
                    }
                },
                (None, DeValue::Table(inner)) if is_table(&name) => {
                    self.read_table(&format!("{name}."), inner, folder, mistakes);
                }
                (None, _) if is_table(&name) => mistakes.add(
                    Failure::mistake(Cause::SettingInvalid, format!("{name}: expected a table"))
                        .at(self.excerpt_without_values(value.span()))
                        .help("write [tls], and cert and key below it"),
                ),
                (None, _) => mistakes.add(self.unknown(&name, key.span(), value)),
            }
        }
    }

    /// Returns the failure for an unknown key. Its value is not shown, since it may be a secret.
    fn unknown(&self, name: &str, span: Range<usize>, value: &Spanned<DeValue<'_>>) -> Failure {
        let excerpt = self.excerpt_without_values(span);
        let failure = |cause, what: String| Failure::mistake(cause, what).at(excerpt);
        let names: Vec<&str> = Setting::offered().map(Setting::name).collect();
        let flat = name.replace('-', "_").to_ascii_lowercase();
        // The key may be written as the name of the variable.
        let flat = flat.strip_prefix("m2m_").unwrap_or(&flat);
        let meant = nearest(flat, names.iter().copied());
        if meant.is_none()
            && let Some((_, fix)) = SECRETS.iter().find(|(word, _)| flat.contains(word))
        {
            let what =
                format!("{name:?} is a secret, which is not allowed in a configuration file");
            return failure(Cause::SecretInSettingsFile, what)
                .because("such files are copied, committed and read by others")
                .help(*fix);
        }
        let failure = failure(Cause::SettingUnknown, format!("unknown setting {name:?}"));
        // A table [server] or [http] with settings in it is meant to be the top of the file.
        if let DeValue::Table(table) = value.get_ref()
            && table
                .keys()
                .any(|key| names.contains(&key.get_ref().as_ref()))
        {
            return failure.help("write its settings at the top of the file, not in a table");
        }
        // A setting that is written below a table belongs to that table, which is easily overlooked.
        let (table, last) = flat.rsplit_once('.').unwrap_or(("", flat));
        match meant {
            Some(meant) => failure.help(format!("did you mean `{meant}`?")),
            None if names.contains(&last) => {
                failure.help(format!("write `{last}` above the line [{table}]"))
            }
            None => failure.help(format!("the settings are {}", names.join(", "))),
        }
    }

    /// Returns the failure for a file that is not TOML. The line is shown if it sets a setting that is not a secret.
    fn syntax(&self, error: &toml::de::Error) -> Failure {
        let span = error.span().unwrap_or_default();
        let before = self.source.get(..span.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let key = line.split('=').next().unwrap_or_default().trim();
        let known = Setting::offered().find(|setting| {
            let name = setting.name();
            name == key || name.rsplit('.').next() == Some(key)
        });
        // Several lines would break the report; the first says what is wrong.
        let what = error.message().lines().next().unwrap_or_default();
        let failure = Failure::mistake(Cause::SettingsFileMalformed, what);
        failure.at(match known {
            Some(setting) => self.excerpt(setting, span),
            None => self.excerpt_without_values(span),
        })
    }
}

/// Returns true if settings belong to a table of this name.
fn is_table(name: &str) -> bool {
    let mut names = Setting::ALL.iter().map(|setting| setting.name());
    names.any(|own| own.split_once('.').is_some_and(|(table, _)| table == name))
}

/// Returns the value as it would be written in a flag; or, if its form is wrong, the place and the mistake.
fn read_value(
    form: Form,
    value: &Spanned<DeValue<'_>>,
    folder: &Path,
) -> Result<Vec<Item>, (Range<usize>, String)> {
    let span = value.span();
    let text: OsString = match (form, value.get_ref()) {
        (Form::Path, DeValue::String(text)) if !text.is_empty() => {
            folder.join(text.as_ref()).into()
        }
        (Form::Text | Form::Path, DeValue::String(text)) => text.as_ref().into(),
        (Form::Boolean, DeValue::Boolean(boolean)) => boolean.to_string().into(),
        (Form::Number, DeValue::Integer(integer)) => {
            let number = i128::from_str_radix(integer.as_str(), integer.radix());
            let text = number.map_or_else(|_| integer.as_str().to_owned(), |n| n.to_string());
            text.into()
        }
        (Form::List, DeValue::Array(array)) => {
            let elements = array.iter();
            let elements = elements.map(|element| read_value(Form::Text, element, folder));
            return elements
                .collect::<Result<Vec<_>, _>>()
                .map(|items| items.concat());
        }
        (form, found) => {
            let expected = match form {
                Form::Text | Form::Path => "a string, in quotes",
                Form::Boolean => "true or false, without quotes",
                Form::Number => "a number, without quotes",
                Form::List => "a list, as in [\"10.0.0.5\"]",
            };
            return Err((span, format!("expected {expected}, found {}", kind(found))));
        }
    };
    Ok(vec![Item { text, span }])
}

/// Returns the kind of a value, in the words of people who write files.
const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The words in keys of secrets, each with the place where the secret belongs. The first that matches is used.
const SECRETS: [(&str, &str); 3] = [
    (
        "sealing",
        "set M2M_SEALING_KEY in the environment of the server, or set sealing_key_file to a file of mode 0600 with the key",
    ),
    ("secret", BOOTSTRAP_FIX),
    ("bootstrap", BOOTSTRAP_FIX),
];

const BOOTSTRAP_FIX: &str = "set M2M_BOOTSTRAP_CLIENT_SECRET in the environment of the server for its first start, or set bootstrap_client_secret_file to a file with the secret";

/// The maximum size of the file, some hundred times that of a file with every setting. Unit: bytes.
const MAX_SETTINGS_BYTES: u32 = 1024 * 1024;
