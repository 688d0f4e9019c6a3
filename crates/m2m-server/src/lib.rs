#![doc = include_str!("../README.md")]

mod certificate;
mod commands;
mod config_check;
mod embedded;
mod expiry_watch;
mod healthcheck;
mod http;
mod key_watch;
mod listen_observer;
mod listening;
mod metrics;
mod ops;
mod readiness;
mod serve;
mod settings;
mod start;
mod store;

pub use commands::Command;
pub use config_check::{ConfigCheckOptions, ConfigCommand};
pub use embedded::{Embedded, embed};
pub use healthcheck::HealthcheckOptions;
pub use serve::{ServeOptions, serve};
pub use settings::{Mistakes, Setting, SettingOptions, Settings};
