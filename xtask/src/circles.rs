//! Import circles between the modules of a crate: modules that use each other can only be read together.
//!
//! The check covers the modules that `lib.rs` declares, with everything below them. A module uses another one if a path in its sources begins with
//! `crate::` or with as many `super::` as lead to the root of the crate; names that `lib.rs` re-exports from a module count as that module. Tests are
//! left out, and so are paths that macros of other crates create.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::failure::Failure;
use crate::lines;

/// The modules of a crate, and the modules that each uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Returns the circles of a crate, each as its modules in the order in which they use each other.
pub(crate) fn of_crate(folder: &Path) -> Result<Vec<Vec<String>>, Failure> {
    let source = folder.join("src");
    let mut files = BTreeMap::new();
    for path in lines::sources(folder)? {
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        let relative = path.strip_prefix(&source).unwrap_or(&path);
        files.insert(module_of(relative), text);
    }
    Ok(circles(&uses(&files)))
}

/// Returns the path of the module in a file, such as `keys::rotate` for `keys/rotate.rs`; empty for the root.
fn module_of(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let segments = path
        .iter()
        .map(|segment| segment.to_string_lossy().into_owned());
    segments
        .filter(|segment| segment != "lib" && segment != "mod")
        .collect()
}

/// Returns the modules that each module uses.
fn uses(files: &BTreeMap<Vec<String>, String>) -> Uses {
    let root = files.get(&Vec::new()).map(|text| Tokens::of(text));
    let root = root.unwrap_or_default();
    let modules = root.declared_modules();
    let reexports = root.reexports(&modules);
    let mut uses: Uses = modules
        .iter()
        .map(|name| (name.clone(), BTreeSet::new()))
        .collect();
    for (module, text) in files {
        let Some(own) = module.first().and_then(|top| uses.get_mut(top)) else {
            continue;
        };
        for name in Tokens::of(text).names_of_root(module.len()) {
            let used = modules.get(&name).or_else(|| reexports.get(&name));
            own.extend(used.cloned());
        }
        if let Some(top) = module.first() {
            own.remove(top);
        }
    }
    uses
}

/// Returns one circle for each module that is on one, the shortest from that module back to itself, each circle once.
fn circles(uses: &Uses) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for start in uses.keys() {
        if found.iter().flatten().any(|module| module == start) {
            continue;
        }
        found.extend(way_back(uses, start));
    }
    found
}

/// Returns the shortest way from a module back to itself.
fn way_back(uses: &Uses, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last().map_or(start, String::as_str);
            for next in uses.get(last).into_iter().flatten() {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    let mut way = way.clone();
                    way.push(next.clone());
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// The words and signs of a source, without comments, texts and tests.
#[derive(Debug, Default)]
struct Tokens(Vec<String>);

impl Tokens {
    fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        for line in lines::before_tests(text) {
            let mut rest = line;
            while let Some(first) = rest.chars().next() {
                let end = if rest.starts_with("//") {
                    break;
                } else if rest.starts_with("'\"'") {
                    3
                } else if first == '"' {
                    end_of_text(rest)
                } else if first.is_alphanumeric() || first == '_' {
                    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
                    rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
                } else if rest.starts_with("::") {
                    2
                } else {
                    first.len_utf8()
                };
                let (token, after) = rest.split_at(end);
                if !token.trim().is_empty() {
                    tokens.push(token.to_owned());
                }
                rest = after;
            }
        }
        Self(tokens)
    }

    fn at(&self, place: usize) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }

    /// Returns the modules that are declared here.
    fn declared_modules(&self) -> BTreeSet<String> {
        let places = 0..self.0.len();
        let declared = places.filter(|place| self.at(*place) == "mod" && self.at(place + 2) == ";");
        declared
            .map(|place| self.at(place + 1).to_owned())
            .collect()
    }

    /// Returns the names that are re-exported here from a module, each with the module.
    fn reexports(&self, modules: &BTreeSet<String>) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for place in 0..self.0.len() {
            let module = self.at(place + 1);
            if self.at(place) != "use" || !modules.contains(module) {
                continue;
            }
            let path = self
                .0
                .iter()
                .skip(place + 2)
                .take_while(|token| *token != ";");
            names.extend(path.map(|name| (name.clone(), module.to_owned())));
        }
        names
    }

    /// Returns the names after every path to the root of the crate, from a module of this depth.
    fn names_of_root(&self, depth: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for place in 0..self.0.len() {
            if self.at(place) == "crate" && self.at(place + 1) == "::" {
                self.names_at(place + 2, &mut names);
            }
            let is_first = place
                .checked_sub(1)
                .is_none_or(|before| self.at(before) != "::");
            // `pub(super)` is not a path.
            if self.at(place) == "super" && self.at(place + 1) == "::" && is_first {
                let steps = (0..)
                    .take_while(|step| self.at(place + 2 * step) == "super")
                    .count();
                if steps == depth {
                    self.names_at(place + 2 * steps, &mut names);
                }
            }
        }
        names
    }

    /// Collects the name at this place, or all names of the group there.
    fn names_at(&self, place: usize, names: &mut BTreeSet<String>) {
        if self.at(place) != "{" {
            names.insert(self.at(place).to_owned());
            return;
        }
        let mut depth = 0_usize;
        let mut is_first = true;
        for token in self.0.iter().skip(place) {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                "," if depth == 1 => is_first = true,
                name => {
                    if is_first {
                        names.insert(name.to_owned());
                    }
                    is_first = false;
                }
            }
            if depth == 0 {
                break;
            }
        }
    }
}

/// Returns the end of a text that begins here, or of the line.
fn end_of_text(line: &str) -> usize {
    let mut letters = line.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return place + 1,
            _ => {}
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
        let files = files
            .iter()
            .map(|(path, text)| (module_of(Path::new(path)), (*text).to_owned()))
            .collect();
        assert_eq!(circles(&uses(&files)), expected);
    }

    const ROOT: (&str, &str) = (
        "lib.rs",
        "mod a;\npub mod b;\nmod c;\npub use b::{Bee, deep::Sea as See};\n",
    );

    #[test]
    fn finds_modules_that_use_each_other() {
        check(
            &[
                ROOT,
                ("a.rs", "use crate::b::One;"),
                ("b.rs", "use crate::a::Two;"),
            ],
            &[&["a", "b"]],
        );
        check(
            &[
                ROOT,
                ("a.rs", "use crate::b::One;"),
                ("b.rs", "use crate::{core, c};"),
                ("c.rs", "fn f() { crate::a::g() }"),
            ],
            &[&["a", "b", "c"]],
        );
        check(
            &[
                ROOT,
                ("a.rs", "use crate::b;"),
                ("b.rs", "use crate::c;"),
                ("c.rs", ""),
            ],
            &[],
        );
    }

    #[test]
    fn a_name_of_the_root_counts_as_the_module_that_has_it() {
        check(
            &[
                ROOT,
                ("a.rs", "use crate::{Own, Bee};"),
                ("b.rs", "use crate::a;"),
            ],
            &[&["a", "b"]],
        );
        check(
            &[ROOT, ("a.rs", "use crate::See;"), ("b.rs", "use crate::a;")],
            &[&["a", "b"]],
        );
        // The same name in another path, or a longer name, is a different item.
        check(
            &[
                ROOT,
                ("a.rs", "use crate::c::Bee; use std::{b, crate_b};"),
                ("b.rs", "use crate::a;"),
            ],
            &[],
        );
    }

    #[test]
    fn modules_below_count_as_the_one_above() {
        check(
            &[
                ROOT,
                ("a/x/y.rs", "use super::super::super::b::One;"),
                ("b/z.rs", "use super::super::a::Two;"),
            ],
            &[&["a", "b"]],
        );
        check(
            &[
                ROOT,
                ("a/x.rs", "use super::b::One; use crate::a::y;"),
                ("b.rs", "use super::a;"),
            ],
            &[],
        );
    }

    #[test]
    fn a_visibility_is_not_a_path() {
        let own = "struct A {\n    pub(super) b: hyper::b::Builder,\n}\n";
        check(&[ROOT, ("a.rs", own), ("b.rs", "use crate::a;")], &[]);
    }

    #[test]
    fn tests_comments_and_texts_use_nothing() {
        let own = "/// See [`crate::b`].\nconst A: &str = \"crate::b\";\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n";
        check(&[ROOT, ("a.rs", own), ("b.rs", "use crate::a;")], &[]);
    }
}
