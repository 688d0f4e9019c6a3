//! The report of what is not used, and what expires next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::Whole;
use crate::{Field, Needs, NoBody, NoNames, Operation, PageSize, PageToken, Part, Spec};

/// Reports the applications that are dormant, have scopes or secrets that were not used, or have secrets that expire soon.
#[derive(Debug)]
pub struct GetReport;

/// The query parameters of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The number of days for which something was not used, or within which it expires. By default, this is 90.
    pub days: Option<ReportDays>,
    /// The kind of findings to report. If absent, all kinds are reported that the token permits.
    pub kind: Option<ReportKind>,
    /// The maximum number of applications that are examined for a page. Only applications with findings are on the page, so that a page can be
    /// empty although there are more.
    pub page_size: Option<PageSize>,
    /// The `next_token` of an earlier page. The report continues after that page.
    pub next_token: Option<PageToken>,
}

/// The number of days that a report is about: up to ten years.
pub type ReportDays = Whole<1, 3650>;

/// The number of days that a report is about if the request does not specify it.
pub const DEFAULT_REPORT_DAYS: u64 = 90;

/// The scope that findings about secrets need.
pub const SCOPE_FOR_SECRETS: &str = "read:application_secrets";

/// A kind of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ReportKind {
    /// Applications that got no token.
    Dormant,
    /// Assigned scopes that were not requested.
    Scopes,
    /// Valid secrets that were not used.
    Secrets,
    /// Secrets that expire soon.
    Expiring,
}

/// A page of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportAnswer {
    /// The time of the report. A use appears in it after a delay of about a minute.
    pub time: String,
    /// The number of days that the report is about.
    pub days: u64,
    /// The time from which on uses of scopes are recorded, if they have not been recorded since the registry was created. A scope is reported
    /// only if it was observed for the number of days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes_recorded_since: Option<String>,
    /// True if findings about secrets are part of the report. Without `kind` they are left out if the token lacks the scope
    /// `read:application_secrets`.
    pub secrets_included: bool,
    /// The applications with findings, the oldest first.
    pub applications: Vec<ReportedApplication>,
    /// The `next_token` to request the next page with. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<PageToken>,
}

/// An application with the findings about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedApplication {
    /// The id of the application.
    pub id: String,
    /// The display name of the application.
    pub name: String,
    /// The client id of the application.
    pub client_id: String,
    /// True if the application may authenticate.
    pub is_enabled: bool,
    /// The time at which the application was created.
    pub created_on: String,
    /// The time at which the application last got a token. Null if it never got one. Test tokens that operators request do not count.
    pub last_used_at: Option<String>,
    /// True if the application got no token for the number of days.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub dormant: bool,
    /// The scopes that the application did not request for the number of days, by API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_scopes: Vec<UnusedScopes>,
    /// The valid secrets that were not used for the number of days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_secrets: Vec<UnusedSecret>,
    /// The expirations within the number of days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expiring: Vec<Expiration>,
}

/// The scopes of one API that an application did not request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnusedScopes {
    /// The audience of the API.
    pub audience: String,
    /// The scopes, in the order of the record.
    pub scopes: Vec<UnusedScope>,
    /// The time at which the application last got a token for the API without requesting scopes. Such a token has all assigned scopes, which does
    /// not show which of them the application needs. Absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_token_with_all_scopes_at: Option<String>,
}

/// A scope that an application did not request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnusedScope {
    /// The scope.
    pub scope: String,
    /// The time at which the application last got a token for which it requested the scope. Absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_requested_at: Option<String>,
}

/// A valid secret that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnusedSecret {
    /// The id of the secret.
    pub id: String,
    /// The time at which the secret was created.
    pub created_at: String,
    /// The time at which the secret was last used. Null if it was not used.
    pub last_used_at: Option<String>,
}

/// An expiration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expiration {
    /// The kind of what expires: `secret` or `application`.
    pub kind: String,
    /// The id of the secret.
    pub id: String,
    /// The time of the expiration.
    pub expires_at: String,
    /// The reason of the expiration: `expires` or `rotated-out`.
    pub why: String,
    /// The time at which the secret was last used. Null if it was not used.
    pub last_used_at: Option<String>,
}

impl Operation for GetReport {
    const SPEC: Spec = Spec {
        id: "getReport",
        path: "/api/v1/report",
        scope: "read:applications",
        // These findings have the ids of secrets and the times of their uses.
        fields: &[Field {
            part: Part::Choice {
                name: "kind",
                values: &["secrets", "expiring"],
            },
            needs: Needs::Scopes(&[SCOPE_FOR_SECRETS]),
        }],
        summary: "Report what is not used, and what expires next",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ReportQuery;
    type Body = NoBody;
    type Answer = ReportAnswer;
}
