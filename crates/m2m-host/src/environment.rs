//! The environment of the process: read once, here and nowhere else.

use core::fmt;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The variables `M2M_…` that have a value. Their values may be secrets.
#[derive(Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Returns the variables that the process was started with.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect()
    }

    /// Returns the value of a variable. An empty value counts as unset, as when a script passes on a variable that it did not get.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str)
    }

    /// Returns the names of all variables, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(String, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, OsString)>>(variables: I) -> Self {
        let ours = variables
            .into_iter()
            .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty());
        Self(ours.collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// The prefix of the names of our variables.
const PREFIX: &str = "M2M_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x9_knows_our_variables_alone_and_prints_no_value() {
        let variables = [("M2M_A", "hunter2"), ("M2M_B", ""), ("PATH", "hunter2")];
        let environment: Environment = variables
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into_iter()
            .collect();
        assert_eq!(environment.get("M2M_A"), Some(OsStr::new("hunter2")));
        assert_eq!(environment.get("M2M_B"), None);
        assert_eq!(format!("{environment:?}"), "{\"M2M_A\"}");
    }
}
