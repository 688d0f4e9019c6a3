//! `m2m man`

use clap_mangen::Man;

use crate::options::ManOptions;
use m2m_host::error::Failure;
use m2m_host::output::Output;

pub(super) fn man(
    options: &ManOptions,
    command: clap::Command,
    output: &Output,
) -> Result<(), Failure> {
    let Some(folder) = &options.dir else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(|error| {
            Failure::refused("the manual page cannot be made").because(error.to_string())
        })?;
        output.line(String::from_utf8_lossy(&page).trim_end());
        return Ok(());
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|error| {
            let what = format!("cannot write the manual pages into {}", folder.display());
            Failure::of_io(what, &error)
        })
}
