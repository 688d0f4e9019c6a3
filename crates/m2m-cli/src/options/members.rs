//! The body of a request, read off the options that say what is in it.

use clap::Args;
use clap::builder::PossibleValuesParser;
use m2m_host::error::Failure;
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields of a record that commands set and clear. Serialized, each has the name of its member in a request.
pub(crate) trait Fields: Args + Serialize {
    /// The words behind `--clear`.
    type Clear: Copy;

    /// The member that a word clears, and its value afterwards.
    fn cleared(field: Self::Clear) -> (&'static str, Value);

    /// Puts together what several options say of one member.
    fn combine(&self, _members: &mut Map<String, Value>) {}

    /// The members that the options set, and those that they clear.
    ///
    /// # Errors
    ///
    /// If a field is both set and cleared.
    fn members(&self, clear: &[Self::Clear]) -> Result<Map<String, Value>, Failure> {
        let mut members = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            // Options are members with plain values.
            Ok(_) | Err(_) => Map::new(),
        };
        // An option that is absent sets nothing.
        members.retain(|_, value| !value.is_null() && *value != Value::Array(Vec::new()));
        self.combine(&mut members);
        for field in clear {
            let (member, value) = Self::cleared(*field);
            // A word may be given twice; what is set is never what a cleared member is.
            let before = members.insert(member.to_owned(), value.clone());
            if before.is_some_and(|before| before != value) {
                return Err(Failure::usage("a field cannot be set and cleared at once")
                    .help("leave out the option that sets it, or --clear"));
            }
        }
        Ok(members)
    }
}

/// Takes one of the words that a record is spelled with.
pub(crate) fn words<T: Copy>(
    values: &'static [T],
    word: impl Fn(T) -> &'static str,
) -> PossibleValuesParser {
    PossibleValuesParser::new(values.iter().map(|value| word(*value)))
}

#[cfg(test)]
mod tests {
    use clap::Subcommand as _;

    use crate::commands::Command;

    #[test]
    fn each_option_of_an_update_is_a_change_that_suffices() {
        for kind in ["application", "api", "organization"] {
            let mut root = Command::augment_subcommands(clap::Command::new("m2m"));
            root.build();
            let command = root.find_subcommand(kind).unwrap();
            let update = command.find_subcommand("update").unwrap();
            let fields = update.get_groups().find(|group| group.get_id() == "fields");
            let fields: Vec<_> = fields.unwrap().get_args().collect();
            let options = update.get_opts();
            for option in options.filter(|option| option.get_help_heading().is_none()) {
                let id = option.get_id();
                let is_of_others = ["output", "token_quota_mode"].contains(&id.as_str());
                assert!(is_of_others || fields.contains(&id), "{kind}: {id}");
            }
        }
    }
}
