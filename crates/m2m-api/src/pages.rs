//! Pages of lists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::Whole;
use crate::{Operation, PageToken};

/// The number of records on a page where the request does not say it.
pub const DEFAULT_PAGE: u16 = 50;

/// The largest number of records on a page.
pub const MAX_PAGE: u16 = 500;

/// The number of records on a page.
pub type PageSize = Whole<1, 500>;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Order {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
}

/// A reference to a record that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Its id.
    pub id: String,
}

/// An operation that lists records page by page.
pub trait Paged: Operation {
    /// A record of the list.
    type Record;

    /// Asks for the page after the one that ended here.
    fn go_on(query: &mut Self::Query, next_token: PageToken);

    /// Asks for pages of this size.
    fn set_page_size(query: &mut Self::Query, page_size: PageSize);

    /// The records of a page, and where the next one begins; none at the end.
    fn into_page(answer: Self::Answer) -> (Vec<Self::Record>, Option<PageToken>);
}

macro_rules! paged {
    ($($operation:ident: $records:ident of $record:ident;)+) => {$(
        impl Paged for crate::operations::$operation {
            type Record = crate::operations::$record;

            fn go_on(query: &mut Self::Query, next_token: PageToken) {
                query.next_token = Some(next_token);
            }

            fn set_page_size(query: &mut Self::Query, page_size: PageSize) {
                query.page_size = Some(page_size);
            }

            fn into_page(answer: Self::Answer) -> (Vec<Self::Record>, Option<PageToken>) {
                (answer.$records, answer.next_token)
            }
        }
    )+};
}

paged! {
    ListApis: apis of ApiSummary;
    ListApplications: applications of ApplicationSummary;
    ListOrganizations: organizations of OrganizationSummary;
}
