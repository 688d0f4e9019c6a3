//! The measurements to run, and their length.

use std::path::PathBuf;

use super::micro::Micro;
use xtask::failure::Failure;

/// The default number of rounds.
const ROUNDS: u32 = 5;

/// The default time for which a server is loaded in a round. Unit: seconds.
const SECONDS: u32 = 3;

/// The kind of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The token endpoint, compared with the yardstick.
    Yardstick,
    /// The token endpoint over a registry of this number of applications, compared with one of ten.
    Applications(u32),
    /// The management API while it creates this number of applications, and over them.
    Management(u32),
    /// The token endpoint while this number of readers request large pages.
    Readers(u32),
    /// Tokens that are given again, and introspection.
    Inspection,
    /// The time from the start of the process to its first token.
    Start,
    /// The time of failed authentications, by the state of the client.
    Timing,
    /// This number of refused requests.
    Refusals(u32),
    /// Single crates.
    Micro(Micro),
}

/// The way in which a request authenticates, and the algorithm that signs its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// ES256, the credentials in the body.
    Es256,
    /// ES256, the credentials in a Basic header.
    Basic,
    /// RS256, the credentials in the body.
    Rs256,
    /// EdDSA, the credentials in the body.
    EdDsa,
}

/// The crypto library that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    /// aws-lc-rs, which the shipped binary uses.
    Aws,
    /// ring alone.
    Ring,
}

/// The parsed options.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// The kind of measurement.
    pub(super) mode: Mode,
    /// The number of times that each server is loaded.
    pub(super) rounds: u32,
    /// The time for which a server is loaded in a round. Unit: seconds.
    pub(super) seconds: u32,
    /// The rows of the table, two for each.
    pub(super) cases: Vec<Case>,
    /// The crypto library that signs.
    pub(super) backend: Backend,
    /// The number of applications that the server keeps in memory, if not its default.
    pub(super) cache: Option<u32>,
    /// A binary that was built elsewhere.
    pub(super) binary: Option<PathBuf>,
    /// The file to which the table is appended.
    pub(super) out: Option<PathBuf>,
}

impl Case {
    /// All of them, in the order of the table.
    pub(super) const ALL: [Self; 4] = [Self::Es256, Self::Basic, Self::Rs256, Self::EdDsa];

    /// Returns the name for `--alg`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Es256 => "es256",
            Self::Basic => "basic",
            Self::Rs256 => "rs256",
            Self::EdDsa => "eddsa",
        }
    }

    /// The algorithm, as the yardstick and its keys call it.
    pub(super) fn algorithm(self) -> &'static str {
        match self {
            Self::Es256 | Self::Basic => "es256",
            Self::Rs256 => "rs256",
            Self::EdDsa => "eddsa",
        }
    }

    /// The algorithm, as a header of a token calls it.
    pub(super) fn signing_alg(self) -> &'static str {
        match self {
            Self::Es256 | Self::Basic => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl Backend {
    /// Returns the name for `--backend`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Ring => "ring",
        }
    }

    /// Returns the cases for which it can create keys.
    fn cases(self) -> Vec<Case> {
        Case::ALL
            .into_iter()
            .filter(|case| self == Self::Aws || *case != Case::Rs256)
            .collect()
    }
}

impl Options {
    /// Reads the options of the task.
    pub(super) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut modes = Vec::new();
        let mut cases = None;
        let mut options = Self {
            mode: Mode::Yardstick,
            rounds: ROUNDS,
            seconds: SECONDS,
            cases: Vec::new(),
            backend: Backend::Aws,
            cache: None,
            binary: None,
            out: None,
        };
        let mut given = Vec::new();
        let mut words = words.iter().copied();
        while let Some(option) = words.next() {
            given.push(option);
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| Failure::usage(format!("`{option}` needs a value")))
            };
            match option {
                "--micro" => modes.push(Mode::Micro(Micro::TimesAndCounts)),
                "--counts" => modes.push(Mode::Micro(Micro::Counts)),
                "--bless" => modes.push(Mode::Micro(Micro::Bless)),
                "--inspection" => modes.push(Mode::Inspection),
                "--start" => modes.push(Mode::Start),
                "--timing" => modes.push(Mode::Timing),
                "--refusals" => modes.push(Mode::Refusals(number(option, value()?)?)),
                "--applications" => modes.push(Mode::Applications(number(option, value()?)?)),
                "--management" => modes.push(Mode::Management(number(option, value()?)?)),
                "--readers" => modes.push(Mode::Readers(number(option, value()?)?)),
                "--rounds" => options.rounds = number(option, value()?)?,
                "--seconds" => options.seconds = number(option, value()?)?,
                "--alg" => cases = Some(value()?),
                "--backend" => options.backend = backend(value()?)?,
                "--cache" => options.cache = Some(number(option, value()?)?),
                "--binary" => options.binary = Some(value()?.into()),
                "--out" => options.out = Some(value()?.into()),
                other => return Err(Failure::usage(format!("`bench` has no option `{other}`"))),
            }
        }
        options.mode = match modes.as_slice() {
            [] => Mode::Yardstick,
            [mode] => *mode,
            _ => {
                return Err(Failure::usage(
                    "`bench` takes only one of `--applications`, `--management`, `--readers`, `--inspection`, `--start`, `--timing`, `--refusals`, `--micro`, `--counts` and `--bless`",
                ));
            }
        };
        for option in given {
            if !options.mode.takes(option) {
                return Err(Failure::usage(format!(
                    "`{option}` does not apply to the bench of {}",
                    options.mode.subject()
                )));
            }
        }
        options.cases = match cases {
            None => options.backend.cases(),
            Some(names) => names
                .split(',')
                .map(|name| case(name, options.backend))
                .collect::<Result<_, _>>()?,
        };
        Ok(options)
    }
}

impl Mode {
    fn takes(self, option: &str) -> bool {
        match (self, option) {
            (
                _,
                "--applications" | "--management" | "--readers" | "--inspection" | "--start"
                | "--timing" | "--refusals" | "--micro" | "--counts" | "--bless",
            ) => true,
            (Self::Micro(_), _) => false,
            (_, "--backend" | "--binary" | "--out") => true,
            (
                Self::Yardstick | Self::Applications(_) | Self::Readers(_) | Self::Inspection,
                "--rounds" | "--seconds",
            ) => true,
            (Self::Yardstick, "--alg") | (Self::Applications(_), "--cache") => true,
            (
                Self::Yardstick
                | Self::Applications(_)
                | Self::Management(_)
                | Self::Readers(_)
                | Self::Inspection
                | Self::Start
                | Self::Timing
                | Self::Refusals(_),
                _,
            ) => false,
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::Yardstick => "the token endpoint",
            Self::Applications(_) => "a large registry",
            Self::Management(_) => "the management API",
            Self::Readers(_) => "readers",
            Self::Inspection => "inspection",
            Self::Start => "the start",
            Self::Timing => "timing",
            Self::Refusals(_) => "refusals",
            Self::Micro(_) => "single crates",
        }
    }
}

fn number(option: &str, text: &str) -> Result<u32, Failure> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| Failure::usage(format!("`{option}` needs a number above 0, not `{text}`")))
}

fn backend(text: &str) -> Result<Backend, Failure> {
    [Backend::Aws, Backend::Ring]
        .into_iter()
        .find(|backend| backend.name() == text)
        .ok_or_else(|| Failure::usage(format!("`--backend` must be aws or ring, not `{text}`")))
}

fn case(text: &str, backend: Backend) -> Result<Case, Failure> {
    let Some(case) = Case::ALL.into_iter().find(|case| case.name() == text) else {
        let names = Case::ALL.map(Case::name).join(", ");
        return Err(Failure::usage(format!(
            "`--alg` must be a comma-separated list of {names}, not `{text}`"
        )));
    };
    if backend.cases().contains(&case) {
        Ok(case)
    } else {
        Err(Failure::usage(format!(
            "{} cannot generate a key for {text}",
            backend.name()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn told(words: &[&str]) -> String {
        Options::parse(words).expect_err("refused").to_string()
    }

    #[test]
    fn compares_the_token_endpoint_with_the_yardstick_by_default() {
        let options = Options::parse(&[]).expect("options");
        assert_eq!(options.mode, Mode::Yardstick);
        assert_eq!(options.cases, Case::ALL);
        assert_eq!((options.rounds, options.seconds), (ROUNDS, SECONDS));
    }

    #[test]
    fn reads_every_option() {
        let options = Options::parse(&[
            "--applications",
            "100000",
            "--cache",
            "500",
            "--rounds",
            "1",
            "--seconds",
            "2",
            "--binary",
            "m2m",
            "--out",
            "table.md",
        ])
        .expect("options");
        assert_eq!(options.mode, Mode::Applications(100_000));
        assert_eq!(options.cache, Some(500));
        assert_eq!((options.rounds, options.seconds), (1, 2));
        assert_eq!(options.binary, Some("m2m".into()));
        assert_eq!(options.out, Some("table.md".into()));
        let options =
            Options::parse(&["--alg", "eddsa,basic", "--backend", "ring"]).expect("options");
        assert_eq!(options.cases, [Case::EdDsa, Case::Basic]);
        assert_eq!(options.backend, Backend::Ring);
    }

    #[test]
    fn ring_has_every_case_for_which_it_can_generate_keys() {
        let options = Options::parse(&["--backend", "ring"]).expect("options");
        assert_eq!(options.cases, [Case::Es256, Case::Basic, Case::EdDsa]);
        assert!(
            told(&["--backend", "ring", "--alg", "rs256"]).contains("ring cannot generate a key")
        );
    }

    #[test]
    fn refuses_invalid_options() {
        for (words, expected) in [
            (&["--fast"][..], "no option `--fast`"),
            (&["--rounds"], "needs a value"),
            (&["--rounds", "0"], "above 0"),
            (&["--alg", "es512"], "es256, basic, rs256, eddsa"),
            (&["--backend", "openssl"], "aws or ring"),
            (&["--start", "--counts"], "one of"),
            (&["--cache", "10"], "`--cache` does not apply"),
            (&["--start", "--rounds", "2"], "`--rounds` does not apply"),
            (&["--counts", "--out", "f"], "`--out` does not apply"),
        ] {
            assert!(told(words).contains(expected), "{words:?}: {}", told(words));
        }
    }
}
