//! How fast the product is: the server beside a yardstick, over a large registry, from its start; and single crates.

mod applications;
mod build;
mod load;
mod management;
mod micro;
mod options;
mod process;
mod readers;
mod server;
mod start;
mod table;
mod token;
mod world;
mod yardstick;

use crate::failure::Outcome;
use crate::workspace::Workspace;

use options::{Mode, Options};

/// Runs the bench that the options choose.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let options = Options::parse(options)?;
    let workspace = Workspace::read()?;
    match options.mode {
        Mode::Yardstick => yardstick::run(&workspace, &options),
        Mode::Applications(count) => applications::run(&workspace, &options, count),
        Mode::Management(count) => management::run(&workspace, &options, count),
        Mode::Readers(count) => readers::run(&workspace, &options, count),
        Mode::Start => start::run(&workspace, &options),
        Mode::Micro(micro) => micro::run(&workspace, micro),
    }
}
