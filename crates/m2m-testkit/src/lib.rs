#![doc = include_str!("../README.md")]

mod answer;
mod http_answer;
mod management_calls;
mod memory;
mod request;
mod standard;
mod wire;
mod world;

pub use answer::Answer;
pub use http_answer::HttpAnswer;
pub use management_calls::{
    Made, ManagementCalls, assigned, bearer, claims, encoded, merge, registry_file, shape,
};
pub use memory::{MemoryBackend, Trouble};
pub use request::Request;
pub use standard::{
    ACME, BILLING, ERP, INVOICES, LEDGER, OLD_SECRET, ORDERS, PLAIN_ID, SECRET, STOCK, TRUSTED_ID,
    WRONG_SECRET, standard_records,
};
pub use wire::{Delivery, Wire};
pub use world::World;
