//! The fields of a record that options set and clear.

use core::fmt::Display;
use core::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use m2m_api::values::{Given, List, Patch};
use m2m_host::error::Failure;

/// Clears a member, unless another option sets it. A field may be named twice after `--clear`.
///
/// # Errors
///
/// If the member is both set and cleared.
pub(crate) fn clear<T>(member: &mut Patch<T>) -> Result<(), Failure> {
    if matches!(member, Patch::Set(_)) {
        return Err(set_and_cleared());
    }
    *member = Patch::Clear;
    Ok(())
}

/// Empties a list, unless another option fills it.
///
/// # Errors
///
/// As [`clear`].
pub(crate) fn empty<T, const N: usize>(member: &mut Given<List<T, N>>) -> Result<(), Failure> {
    if member.value().is_some_and(|items| !items.is_empty()) {
        return Err(set_and_cleared());
    }
    *member = List::default().into();
    Ok(())
}

fn set_and_cleared() -> Failure {
    Failure::usage("a field cannot be set and cleared at once")
        .help("leave out the option that sets it, or --clear")
}

/// Returns a list from an option that may be given several times: nothing if it is absent.
///
/// # Errors
///
/// If it is given more often than the list has items.
pub(crate) fn list<T: Clone, const N: usize>(
    option: &str,
    items: &[T],
) -> Result<Given<List<T, N>>, Failure> {
    if items.is_empty() {
        return Ok(Given::default());
    }
    bounded(option, items.to_vec()).map(Given::from)
}

/// Returns a list of the values of an option.
///
/// # Errors
///
/// As [`list`].
pub(crate) fn bounded<T, const N: usize>(
    option: &str,
    items: Vec<T>,
) -> Result<List<T, N>, Failure> {
    List::try_from(items).map_err(|error| Failure::usage(format!("{option} {error}")))
}

/// Parses one of the values that a record is spelled with.
pub(crate) fn words<T>(
    values: &'static [T],
    word: impl Fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + FromStr<Err: Display + Send + Sync + core::error::Error> + 'static,
{
    PossibleValuesParser::new(values.iter().map(|value| word(*value)))
        .try_map(|word| word.parse::<T>())
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
