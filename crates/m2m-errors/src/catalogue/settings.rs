//! Mistakes in the settings of a server, which are found before it starts.

use super::inside::{Inside, operators};
use super::server::BROKEN_SOURCES;
use crate::{Cause, Entry, Task};

pub(crate) const PRESET_CREDENTIALS_INVALID: Entry = operators(Inside {
    id: "preset-credentials-invalid",
    title: "Preset credentials invalid",
    meaning: "The preset credentials of the application that manages the server cannot be used.",
    causes: &[
        "The secret is too short, or contains a line break, such as the last one of the file that it was read from.",
        "The client id contains a space or another character that a client id cannot have.",
    ],
    fixes: &[
        "Use a random secret of at least 32 characters in one line, such as the output of openssl rand -base64 32.",
        "Use a client id of visible ASCII characters.",
    ],
    tasks: &[],
    related: &[Cause::ManagerIncapable, Cause::ClientIdTaken],
    sources: BROKEN_SOURCES,
});

pub(crate) const MANAGER_INCAPABLE: Entry = operators(Inside {
    id: "manager-incapable",
    title: "Manager without access",
    meaning: "The application with the preset client id cannot manage the server.",
    causes: &[
        "The application is disabled, public or deleted.",
        "A scope of the management API was removed from the application.",
    ],
    fixes: &[
        "Reset the management access of the application while the server is stopped.",
        "If another application is to manage the server, preset another client id.",
    ],
    tasks: &[Task::ResetManagement],
    related: &[Cause::PresetCredentialsInvalid, Cause::ManagementProtected],
    sources: BROKEN_SOURCES,
});
