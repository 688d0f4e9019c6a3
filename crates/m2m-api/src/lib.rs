#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Overview
//!
//! | item | is |
//! |---|---|
//! | [`mod@operations`] | every operation, with the types of its requests and answers |
//! | [`Operation`], [`Spec`] | the declaration of an operation: the request to send, and the answer to expect |
//! | [`ApplicationName`], [`SecretName`], … | the names in a path, which are percent-encoded when it is built |
//! | [`values`] | names, keys, audiences, scopes, times: each is checked when it is created, as the server checks it |
//! | [`values::Patch`], [`values::Given`] | members of a change, where an absent member differs from `null` |
//! | [`Paged`] | the lists that are returned in pages |
//! | [`Refused`], [`Code`] | the answer of a refused request, and its codes |

mod answer;
mod body;
mod code;
mod field;
mod names;
mod operation;
pub mod operations;
mod page_token;
mod pages;
mod plan;
mod query;
mod refused;
mod scopes;
mod spec;
pub mod values;

pub use answer::InvalidAnswer;
pub use body::{Body, BodyForm, BodyReader, Content, NoBody, RegistryDocument};
pub use code::{Code, UnknownCode};
pub use field::{Field, Needs, Part};
pub use m2m_authority::audit::{Action, Subject};
pub use names::{
    ApiApplicationScopeName, ApiName, ApiScopeName, ApplicationName, ApplicationPropertyName,
    DiagnosisName, FeatureFlagName, NoNames, OrganizationName, PathNames, PropertyName, SecretName,
};
pub use operation::{Done, NoQuery, Operation};
pub use page_token::{InvalidPageToken, PageToken};
pub use pages::{DEFAULT_PAGE, MAX_PAGE, Order, PageSize, Paged, Reference};
pub use plan::{Counts, FieldChange, Plan, SecretStep, Step};
pub use refused::{ErrorDetail, MistakePlace, Refused};
pub use scopes::SCOPES;
pub use spec::{Method, Spec, Versioning};
