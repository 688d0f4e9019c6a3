//! Every management operation, once.

pub mod api_applications;
pub mod api_scopes;
pub mod apis;
pub mod application_properties;
pub mod application_shape;
pub mod applications;
pub mod bounded;
pub mod diagnoses;
pub mod environment;
pub mod events;
pub mod feature_flags;
pub mod keys;
pub mod list;
mod lookup;
pub mod maintenance;
pub mod moment;
pub mod organizations;
pub mod patch;
pub mod properties;
mod protection;
pub mod registry;
pub mod scalar;
pub mod secrets;
pub mod test_tokens;
pub mod text;
pub mod whole;

pub use api_applications::{
    AddApiApplicationScope, RemoveApiApplicationScope, UpdateApiApplications,
};
pub use api_scopes::{CreateApiScope, DeleteApiScope, GetApiScope, ListApiScopes, UpdateApiScope};
pub use apis::{CreateApi, DeleteApi, GetApi, ListApis, UpdateApi};
pub use application_properties::{ListApplicationProperties, SetApplicationProperty};
pub use applications::{
    CreateApplication, DeleteApplication, GetApplication, ListApplications, UpdateApplication,
    UpdateApplicationTokens,
};
pub use diagnoses::{GetDiagnosis, ListDiagnoses};
pub use environment::GetEnvironment;
pub use events::ListEvents;
pub use feature_flags::{ListOrganizationFeatureFlags, SetOrganizationFeatureFlag};
pub use keys::{ImportKey, ListKeys, RotateKey};
pub use maintenance::SetMaintenance;
pub use organizations::{
    CreateOrganization, DeleteOrganization, GetOrganization, ListOrganizations, UpdateOrganization,
};
pub use patch::{Given, Patch};
pub use properties::{CreateProperty, DeleteProperty, ListProperties, UpdateProperty};
pub use registry::{ApplyRegistry, ExportRegistry};
pub use secrets::{ListApplicationSecrets, RevokeApplicationSecret, RotateApplicationSecret};
pub use test_tokens::{CheckApplication, GetTestToken};

/// The result of an operation, or of a part of one.
type Result<T, E = crate::OperationError> = core::result::Result<T, E>;
