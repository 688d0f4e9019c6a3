//! The pages of lists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::Whole;
use crate::{Operation, PageToken};

/// The number of records on a page if the request does not specify it.
pub const DEFAULT_PAGE: u16 = 50;

/// The maximum number of records on a page.
pub const MAX_PAGE: u16 = 500;

/// The maximum number of records that a page is to have.
pub type PageSize = Whole<1, 500>;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Order {
    /// By name, ascending.
    NameAsc,
    /// By name, descending.
    NameDesc,
}

/// A reference to a record that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// The id of the record.
    pub id: String,
}

/// An operation that returns a list of records in pages.
pub trait Paged: Operation {
    /// A record in the list.
    type Record;

    /// Sets the page token in the query: the end of the page before.
    fn go_on(query: &mut Self::Query, next_token: PageToken);

    /// Sets the page size in the query.
    fn set_page_size(query: &mut Self::Query, page_size: PageSize);

    /// Returns the records of a page, and the token of the next page if there is one.
    fn into_page(answer: Self::Answer) -> (Vec<Self::Record>, Option<PageToken>);
}
