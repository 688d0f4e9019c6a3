//! The result of one step: what was tried, what came back, what it means, and what to do.

use m2m_host::output::Output;
use m2m_host::printable::printable;
use serde::Serialize;

use super::problem::Problem;

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Topic {
    Tls,
    Discovery,
    Keys,
    TokenRequest,
    Decoding,
    Signature,
    Issuer,
    Audience,
    Scopes,
    Organization,
    Clock,
}

impl Topic {
    /// The steps about the content of a token.
    pub(super) const OF_TOKEN: [Self; 6] = [
        Self::Decoding,
        Self::Signature,
        Self::Issuer,
        Self::Audience,
        Self::Scopes,
        Self::Organization,
    ];

    /// Returns the name for people.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::TokenRequest => "token request",
            Self::Decoding => "decoding",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Scopes => "scopes",
            Self::Organization => "organization",
            Self::Clock => "clock",
        }
    }
}

/// A step that was taken, or left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    #[serde(rename = "step")]
    pub(super) topic: Topic,
    pub(super) result: StepResult,
    /// The request that was sent, or the check that was made.
    tried: Option<String>,
    /// The answers, and the values in them.
    found: Vec<String>,
    pub(super) problems: Vec<Problem>,
    /// The reason why the step was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'static str>,
}

/// The result of a step, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepResult {
    NotTried,
    Passed,
    /// Something is unusual, and does not prevent a call by itself.
    Warning,
    Failed,
}

impl Step {
    pub(super) fn new(topic: Topic, tried: impl AsRef<str>) -> Self {
        Self {
            topic,
            result: StepResult::Passed,
            tried: Some(printable(tried.as_ref()).into_owned()),
            found: Vec::new(),
            problems: Vec::new(),
            because: None,
        }
    }

    /// Returns a step that was left out, for this reason.
    pub(super) const fn not_tried(topic: Topic, because: &'static str) -> Self {
        Self {
            topic,
            result: StepResult::NotTried,
            tried: None,
            found: Vec::new(),
            problems: Vec::new(),
            because: Some(because),
        }
    }

    pub(super) fn found(mut self, found: impl AsRef<str>) -> Self {
        self.found.push(printable(found.as_ref()).into_owned());
        self
    }

    pub(super) fn fails(self, problem: Problem) -> Self {
        self.with(StepResult::Failed, problem)
    }

    pub(super) fn warns(self, problem: Problem) -> Self {
        self.with(StepResult::Warning, problem)
    }

    fn with(mut self, result: StepResult, problem: Problem) -> Self {
        self.result = self.result.max(result);
        self.problems.push(problem);
        self
    }

    /// Returns the step without secrets, and with each text cut to a length that can be read.
    pub(super) fn cleaned(mut self, clean: &impl Fn(&str) -> String) -> Self {
        let clean = |text: &str| shortened(clean(text));
        self.tried = self.tried.as_deref().map(clean);
        let more = self.found.len().saturating_sub(MAX_FOUND);
        self.found = self
            .found
            .iter()
            .take(MAX_FOUND)
            .map(|found| clean(found))
            .collect();
        if more > 0 {
            self.found.push(format!("and {more} more"));
        }
        self.problems = self
            .problems
            .into_iter()
            .map(|own| own.cleaned(&clean))
            .collect();
        self
    }

    /// Returns true if both steps were left out for the same reason.
    pub(super) fn is_left_out_as(&self, other: &Self) -> bool {
        let are_left_out = self.result == StepResult::NotTried && other.result == self.result;
        are_left_out && self.because == other.because
    }

    fn print(&self, output: &Output) {
        let name = self.topic.as_str();
        match self.result {
            StepResult::NotTried => {}
            StepResult::Passed => output.good(&format!("{name}: passed")),
            StepResult::Warning => output.heading(&format!("{name}: warning")),
            StepResult::Failed => output.bad(&format!("{name}: failed")),
        }
        let line = |label: &str, text: &str| output.line(format!("  {label:5}  {text}"));
        if let Some(tried) = &self.tried {
            line("tried", tried);
        }
        for found in &self.found {
            line("found", found);
        }
        for problem in &self.problems {
            line("means", &problem.text());
            for fix in problem.to_do() {
                line("to do", fix);
            }
        }
    }
}

/// Prints steps for people: one, or several that were left out for one reason.
pub(super) fn print(steps: &[Step], output: &Output) {
    let Some(first) = steps.first() else { return };
    match first.because {
        Some(because) => {
            let names: Vec<&str> = steps.iter().map(|step| step.topic.as_str()).collect();
            output.line(format!(
                "{}: not tried, because {because}",
                names.join(", ")
            ));
        }
        None => steps.iter().for_each(|step| step.print(output)),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The maximum length of a text, most of which are of a server. Unit: characters.
const MAX_CHARACTERS: usize = 512;

/// The maximum number of findings of a step, such as the keys of a set.
const MAX_FOUND: usize = 16;
