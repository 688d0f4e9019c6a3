#![doc = include_str!("../README.md")]

mod apply;
mod attempts;
mod bootstrap;
mod credentials;
mod current_scopes;
mod diagnosis_record;
mod draft;
mod entity_tag;
mod expiry;
mod export;
mod host;
pub mod http_api;
mod keys;
pub mod management;
mod manager;
mod managers;
mod obstacle_help;
mod operation_error;
mod operations;
mod operator;
mod outcome;
mod perform;
mod randomness;
mod record;
mod report;
mod secrets;
mod wording;
mod world;

pub use apply::{ApplyError, Prune, apply, plan, prepare};
pub use bootstrap::{
    BootstrapError, bootstrap, prepare_bootstrap, prepare_reset_management, reset_management,
};
pub use credentials::{GeneratedCredentials, InvalidPreset, PresetCredentials};
pub use diagnosis_record::{DiagnosisRecord, RefusedOperation};
pub use draft::{Applied, Prepared};
pub use expiry::{
    Expiring, ExpiringPart, ExpiryCount, ExpiryReport, ExpiryWatch, Horizon, Recording,
};
pub use export::{SecretHashes, export};
pub use host::{Access, Host, TestTokenParameters, TokenAnswer, Verdict, WouldGrant};
pub use keys::{
    Clock, ClockWatch, EnsuredKeys, ImportedKey, InvalidImport, KEY_ANNOUNCE_SECONDS,
    KEY_SCHEDULE_ACTOR, KeyAge, KeyError, KeyKeeper, KeyReport, KeySchedule, KeyStep, KeysKept,
    Rotated, Rotation, RotationRefused, SCHEDULED_ANNOUNCE_SECONDS, ScheduledStep, ensure_keys,
    import_key, keep_keys, list_keys, reseal, retires_at, rotate_key, settle_keys,
};
pub use m2m_api::{Counts, Field, FieldChange, Needs, Part, Plan, SecretStep, Step};
pub use manager::Manager;
pub use obstacle_help::obstacle_help;
pub use operation_error::{OperationError, RegistryMistake};
pub use operator::Operator;
pub use outcome::Outcome;
pub use perform::{Call, Perform, Weight};
pub use randomness::Randomness;
pub use report::{SecretFindings, report};
pub use wording::reworded;
pub use world::{Mistake, Populated, World};
