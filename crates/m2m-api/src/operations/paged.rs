//! The lists that are returned in pages.

use crate::{PageSize, PageToken, Paged};

macro_rules! paged {
    ($($operation:ident: $records:ident of $record:ident;)+) => {$(
        impl Paged for super::$operation {
            type Record = super::$record;

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
