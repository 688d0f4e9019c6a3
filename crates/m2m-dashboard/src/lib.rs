#![doc = include_str!("../README.md")]

mod assets;
mod discovery;
mod document;
mod error_pages;
mod hash;
mod page;
mod preflight;
mod representation;
mod support;

pub use assets::asset;
pub use discovery::Discovery;
pub use document::Document;
pub use error_pages::{ErrorPages, Refused};
pub use page::Page;
pub use preflight::preflight;
pub use representation::Representation;
pub use support::{InvalidSupportUrl, SupportUrl};
