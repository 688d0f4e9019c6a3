#![doc = include_str!("../README.md")]

mod answer;
mod request;
mod standard;
mod world;

pub use answer::Answer;
pub use request::Request;
pub use standard::{
    ACME, BILLING, ERP, INVOICES, LEDGER, OLD_SECRET, ORDERS, PLAIN_ID, SECRET, STOCK, TRUSTED_ID,
    WRONG_SECRET, standard_records,
};
pub use world::World;
