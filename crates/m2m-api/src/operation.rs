//! A management operation as a type.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::{self, InvalidAnswer};
use crate::{Body, PathNames, Spec, query};

/// A management operation: its declaration, and the types of what it takes and answers.
///
/// The server performs it, a client calls it; both have it from here.
pub trait Operation: Sized + Send + Sync + 'static {
    /// Its declaration.
    const SPEC: Spec;

    /// The names in its path.
    type Names: PathNames;
    /// The parameters behind the `?`.
    type Query: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// Its body.
    type Body: Body;
    /// Its answer, beside code and message.
    type Answer: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// The path of a request, with the names percent-encoded, and the query if there is one. An issuer may have a path of its own, which
    /// comes before it.
    #[must_use]
    fn target(names: &Self::Names, query: &Self::Query) -> String {
        let path = names.path(Self::SPEC.path);
        let query = query::to_text(query);
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }

    /// Writes the answer of a success as JSON: code, message, and what the operation answers.
    #[must_use]
    fn write_answer(answer: &Self::Answer) -> Vec<u8> {
        answer::write(&Self::SPEC, answer)
    }

    /// Reads the answer of a success.
    ///
    /// # Errors
    ///
    /// [`InvalidAnswer`] if it comes from something else than a management API of this release or a later one.
    fn read_answer(body: &[u8]) -> Result<Self::Answer, InvalidAnswer> {
        answer::read(body)
    }
}

/// The query of an operation that has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The answer of an operation that says nothing beside code and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Done {}
