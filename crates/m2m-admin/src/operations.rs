//! The implementation of each management operation.

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
mod list;
mod lookup;
mod maintenance;
mod organizations;
mod properties;
mod protection;
mod registry;
mod report;
mod secrets;
mod stop;
mod test_tokens;
mod tokens;

/// The result of a part of an operation.
type Result<T, E = crate::OperationError> = core::result::Result<T, E>;
