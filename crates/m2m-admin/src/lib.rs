#![doc = include_str!("../README.md")]

mod apply;
mod attempts;
mod bootstrap;
mod credentials;
mod draft;
mod error;
mod export;
pub mod face;
mod field;
mod host;
mod keys;
pub mod management;
mod manager;
mod managers;
mod operation;
mod operation_error;
pub mod operations;
mod plan;
mod randomness;
mod record;
mod secrets;
mod standing;
mod wording;
mod world;

pub use apply::{Prune, apply, plan, prepare};
pub use bootstrap::{bootstrap, prepare_bootstrap, prepare_reset_management, reset_management};
pub use credentials::{GeneratedCredentials, PresetCredentials};
pub use draft::{Applied, Prepared};
pub use error::{ApplyError, BootstrapError, InvalidImport, InvalidPreset, KeyError};
pub use export::{SecretHashes, export};
pub use field::{Field, Needs, Part};
pub use host::{Access, Host, TokenAnswer, TokenAsk, Verdict, WouldGrant};
pub use keys::{
    Ensured, ImportedKey, KEY_ANNOUNCE_SECONDS, Rotated, Rotation, RotationRefused, ensure_keys,
    import_key, list_keys, reseal, rotate_key,
};
pub use manager::Manager;
pub use operation::{Call, Done, Names, NoQuery, Operation, Operator, Weight};
pub use operation_error::OperationError;
pub use plan::{Counts, FieldChange, Plan, SecretStep, Step};
pub use randomness::Randomness;
pub use world::{Mistake, Populated, World};
