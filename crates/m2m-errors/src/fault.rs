//! The party that has to act on an error, and the disclosure of its cause.

/// The party that is at fault, and so has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The caller: the request has to change.
    Client,
    /// The operator: the registry or the configuration has to change.
    Operator,
    /// Something that the server depends on, such as its database.
    Dependency,
    /// A defect of the server.
    Bug,
}

impl Fault {
    /// The name in documents and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Operator => "operator",
            Self::Dependency => "dependency",
            Self::Bug => "bug",
        }
    }
}

/// The rule whether the caller may learn which cause it was.
///
/// Exhaustive: the rule has to be decided for every cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disclosure {
    /// The answer reveals the cause.
    Public,
    /// The answer is the same, byte for byte, for every cause of the same group, so that it does not help guessing.
    /// Only the diagnosis names the cause.
    Concealed,
    /// No answer exists: a command, a client or a server that starts reports the cause.
    Unanswered,
}
