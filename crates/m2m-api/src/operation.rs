//! A management operation as a type.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::{self, InvalidAnswer};
use crate::{Body, PathNames, Spec, query};

/// A management operation: its declaration, and the types of its requests and answers.
///
/// The server performs the operation and a client calls it; both take it from this trait.
pub trait Operation: Sized + Send + Sync + 'static {
    /// The declaration of the operation.
    const SPEC: Spec;

    /// The names in its path.
    type Names: PathNames;
    /// The query parameters.
    type Query: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// The body of the request.
    type Body: Body;
    /// The answer, without code and message.
    type Answer: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// Returns the path of a request with its percent-encoded names, and the query if there is one. If the issuer has a path of its own, it comes
    /// before this one.
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

    /// Writes the answer of a success as JSON: code, message, and the members of the answer.
    #[must_use]
    fn write_answer(answer: &Self::Answer) -> Vec<u8> {
        answer::write(&Self::SPEC, answer)
    }

    /// Reads the answer of a success.
    ///
    /// # Errors
    ///
    /// [`InvalidAnswer`] if the body does not come from a management API of this release or a later one.
    fn read_answer(body: &[u8]) -> Result<Self::Answer, InvalidAnswer> {
        answer::read(body)
    }
}

/// The query of an operation without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The answer of an operation that returns only code and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Done {}
