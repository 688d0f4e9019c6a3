#![doc = include_str!("../README.md")]

mod apply;
mod bootstrap;
mod credentials;
mod draft;
mod error;
mod export;
mod keys;
pub mod management;
mod plan;
mod randomness;
mod record;
mod secrets;
mod world;

pub use apply::{Prune, apply, plan, prepare};
pub use bootstrap::{bootstrap, reset_management};
pub use credentials::{GeneratedCredentials, PresetCredentials};
pub use draft::{Applied, Prepared};
pub use error::{ApplyError, BootstrapError, InvalidImport, InvalidPreset, KeyError};
pub use export::{SecretHashes, export};
pub use keys::{Ensured, ImportedKey, ensure_keys, import_key, list_keys, reseal, state_word};
pub use plan::{Counts, FieldChange, Plan, SecretStep, Step};
pub use randomness::Randomness;
pub use world::{Mistake, Populated, World};
