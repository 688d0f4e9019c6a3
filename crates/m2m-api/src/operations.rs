//! Every management operation, with the types of its requests and answers.
//!
//! The structs and enums are exhaustive: clients write requests as literals, servers write answers as literals, and a server has to handle every
//! member and variant of a request. When a client reads JSON, it ignores unknown members of answers.

mod api_applications;
mod api_scopes;
mod apis;
mod application_properties;
mod application_shape;
mod applications;
mod diagnoses;
mod environment;
mod events;
mod feature_flags;
mod keys;
mod maintenance;
mod organizations;
mod paged;
mod properties;
mod registry;
mod report;
mod secrets;
mod stop;
mod test_tokens;
mod tokens;

pub use api_applications::{
    AddApiApplicationScope, ApplicationsChange, ApplicationsChanged, AuthorizationChange,
    ConnectionChange, RemoveApiApplicationScope, UpdateApiApplications,
};
pub use api_scopes::{
    CreateApiScope, DeleteApiScope, GetApiScope, ListApiScopes, ScopeAnswer, ScopeChange,
    ScopeCreated, ScopeShown, ScopesAnswer, UpdateApiScope,
};
pub use apis::{
    ApiAnswer, ApiChange, ApiCreated, ApiShown, ApiSummary, ApisAnswer, Claims,
    ConnectedApplication, CreateApi, DeleteApi, Expand, GetApi, ListApis, ListApisQuery, NewApi,
    NewScope, ScopeSummary, SigningAlg, UpdateApi,
};
pub use application_properties::{
    ListApplicationProperties, NewValue, PropertyValueShown, PropertyValuesAnswer,
    SetApplicationProperty,
};
pub use application_shape::{
    ApplicationChange, ApplicationShown, ApplicationSummary, AuthorizedApi, Kind, NewApplication,
    NewAuthorization, QuotaChange,
};
pub use applications::{
    ApplicationAnswer, ApplicationCreated, ApplicationsAnswer, CreateApplication,
    DeleteApplication, GetApplication, ListApplications, ListApplicationsQuery, NewCredentials,
    TokensChange, UpdateApplication, UpdateApplicationTokens,
};
pub use diagnoses::{
    DiagnosesAnswer, DiagnosisAnswer, DiagnosisShown, EvidenceShown, FixShown, GetDiagnosis,
    ListDiagnoses, ListDiagnosesQuery,
};
pub use environment::{Environment, EnvironmentAnswer, GetEnvironment};
pub use events::{EventShown, EventsAnswer, ListEvents, ListEventsQuery, SubjectKind};
pub use feature_flags::{
    FlagShown, FlagsAnswer, ListOrganizationFeatureFlags, SetFlagQuery, SetOrganizationFeatureFlag,
};
pub use keys::{
    Import, ImportKey, KeyAnswer, KeyRotation, KeyShown, KeysAnswer, ListKeys, RotateKey,
};
pub use maintenance::{MaintenanceAnswer, MaintenanceShown, SetMaintenance, Switch};
pub use organizations::{
    CodeReference, CreateOrganization, DeleteOrganization, FlagType, GetOrganization,
    GetOrganizationQuery, ListOrganizations, ListOrganizationsQuery, NewOrganization,
    OrganizationAnswer, OrganizationChange, OrganizationCreated, OrganizationExpand,
    OrganizationSummary, OrganizationsAnswer, UpdateOrganization, UpdateOrganizationQuery,
};
pub use properties::{
    Context, CreateProperty, DeleteProperty, ListProperties, ListPropertiesQuery, NewProperty,
    PropertiesAnswer, PropertyChange, PropertyCreated, PropertyShown, PropertyType, UpdateProperty,
};
pub use registry::{
    ApplyAnswer, ApplyQuery, ApplyRegistry, CredentialsShown, ExportAnswer, ExportQuery,
    ExportRegistry,
};
pub use report::{
    DEFAULT_REPORT_DAYS, Expiration, GetReport, ReportAnswer, ReportDays, ReportKind, ReportQuery,
    ReportedApplication, SCOPE_FOR_SECRETS, UnusedScope, UnusedScopes, UnusedSecret,
};
pub use secrets::{
    ListApplicationSecrets, NewSecret, Overlap, RevokeApplicationSecret, RotateApplicationSecret,
    SecretCreated, SecretEnded, SecretRotation, SecretShown, SecretsAnswer,
};
pub use stop::{
    ApplicationsStopped, OwnerToStop, ProtectedApplication, StopApplication, StopApplications,
    StoppedApplication,
};
pub use test_tokens::{
    CheckAnswer, CheckApplication, CheckQuery, CheckShown, GetTestToken, TestTokenAnswer,
    TestTokenRequest,
};
pub use tokens::{
    RevokeApplicationTokens, RevokeToken, RevokedTokenShown, TokenRevocation, TokenRevoked,
    TokensRevoked,
};

/// Calls a macro with the names of all operations, in the order of the OpenAPI document. This is the only list of them.
///
/// ```
/// macro_rules! count {
///     ($($operation:ident),+ $(,)?) => { [$(stringify!($operation)),+].len() };
/// }
/// assert!(m2m_api::operations!(count) > 40);
/// ```
#[macro_export]
macro_rules! operations {
    ($with:ident) => {
        $with! {
            GetEnvironment,
            ListApis,
            CreateApi,
            GetApi,
            UpdateApi,
            DeleteApi,
            ListApiScopes,
            CreateApiScope,
            GetApiScope,
            UpdateApiScope,
            DeleteApiScope,
            UpdateApiApplications,
            AddApiApplicationScope,
            RemoveApiApplicationScope,
            ListApplications,
            CreateApplication,
            GetApplication,
            UpdateApplication,
            DeleteApplication,
            StopApplication,
            StopApplications,
            UpdateApplicationTokens,
            ListApplicationProperties,
            SetApplicationProperty,
            ListApplicationSecrets,
            RotateApplicationSecret,
            RevokeApplicationSecret,
            CheckApplication,
            GetTestToken,
            RevokeToken,
            RevokeApplicationTokens,
            ListProperties,
            CreateProperty,
            UpdateProperty,
            DeleteProperty,
            ListOrganizations,
            GetOrganization,
            CreateOrganization,
            UpdateOrganization,
            DeleteOrganization,
            ListOrganizationFeatureFlags,
            SetOrganizationFeatureFlag,
            ListKeys,
            RotateKey,
            ImportKey,
            ListEvents,
            ListDiagnoses,
            GetDiagnosis,
            GetReport,
            SetMaintenance,
            ApplyRegistry,
            ExportRegistry,
        }
    };
}
