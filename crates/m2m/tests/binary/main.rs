//! Tests of the real binary, over real sockets, from the view of its users.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod apply;
mod apply_killed;
mod as_it_comes;
mod clock;
mod commands;
mod config;
mod connections;
mod data;
mod demo;
mod doctor;
mod documents;
mod error_pages;
mod export;
mod fake;
mod files;
mod folder;
mod guide;
mod healthcheck;
mod http2;
mod jwt;
mod key_files;
mod keys;
mod limits;
mod log;
mod maintenance;
mod malformed;
mod managed;
mod management;
mod mock;
mod ops;
mod orders_api;
mod proxies;
mod rows;
mod serve;
mod serve_data;
mod shop_service;
mod streams;
mod support;
mod tls;
mod token;
mod token_command;
mod torture;
