//! Mistakes in the settings of a server, and addresses on which it cannot listen. They are found before it starts.

use super::inside::{Inside, operators};
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
    sources: &[],
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
    sources: &[],
});

pub(crate) const SETTING_UNKNOWN: Entry = operators(Inside {
    id: "setting-unknown",
    title: "Unknown setting",
    meaning: "The configuration file contains a setting that the server does not know.",
    causes: &[
        "The name is misspelled, or is that of another release.",
        "The setting is in a table of the file to which the setting does not belong.",
    ],
    fixes: &[
        "Use the name that the error suggests, or remove the setting.",
        "If the setting belongs at the top of the file, write it above the first table.",
    ],
    tasks: &[],
    related: &[Cause::SettingInvalid, Cause::SettingsFileMalformed],
    sources: &[],
});

pub(crate) const SETTING_INVALID: Entry = operators(Inside {
    id: "setting-invalid",
    title: "Invalid value of a setting",
    meaning: "The value of a setting does not have the form that the setting requires, or is out of range.",
    causes: &[
        "The value has a unit, quotation marks or a word that the setting does not accept.",
        "A variable or a flag contains the value of another setting, or nothing.",
    ],
    fixes: &[
        "Write the value in the form that the error names, in the place that the error names.",
    ],
    tasks: &[],
    related: &[Cause::SettingUnknown, Cause::SettingsConflict],
    sources: &[],
});

pub(crate) const SETTINGS_CONFLICT: Entry = operators(Inside {
    id: "settings-conflict",
    title: "Conflicting settings",
    meaning: "Two settings are given, and only one of them can apply.",
    causes: &[
        "One setting is in the configuration file, and the other one in a variable or a flag.",
        "A setting was replaced by another one and not removed.",
    ],
    fixes: &[
        "Remove one of the two settings that the error names, in the place where it is set.",
        "If both addresses use the same port, choose another port for one of them.",
    ],
    tasks: &[],
    related: &[Cause::SettingMissing, Cause::SettingInvalid],
    sources: &[],
});

pub(crate) const SETTING_MISSING: Entry = operators(Inside {
    id: "setting-missing",
    title: "Required setting missing",
    meaning: "A setting is missing that is always required, or that another setting requires.",
    causes: &[
        "One of two settings that belong together is given, such as a certificate without its private key.",
        "A variable is set in another shell, or for another service.",
    ],
    fixes: &[
        "Add the setting that the error names, in the same place as the other one.",
        "If the other setting is not needed, remove it.",
    ],
    tasks: &[],
    related: &[Cause::SettingsConflict, Cause::SettingUnknown],
    sources: &[],
});

pub(crate) const SETTINGS_FILE_MALFORMED: Entry = operators(Inside {
    id: "settings-file-malformed",
    title: "Malformed configuration file",
    meaning: "The configuration file is not TOML in UTF-8.",
    causes: &[
        "A string has no quotation marks, a bracket is missing, or a name is repeated.",
        "The file is in another format, such as YAML, or in another encoding.",
    ],
    fixes: &["Correct the line that the error names."],
    tasks: &[],
    related: &[Cause::SettingUnknown, Cause::RegistryFileInvalid],
    sources: &[],
});

pub(crate) const SECRET_IN_SETTINGS_FILE: Entry = operators(Inside {
    id: "secret-in-settings-file",
    title: "Secret in configuration file",
    meaning: "The configuration file contains a secret, which the server accepts only from elsewhere.",
    causes: &[
        "A secret was written next to the other settings, in a file that is copied, committed and read by others.",
    ],
    fixes: &[
        "Move the secret to a variable of the server, or to a file that only the server can read.",
        "If the configuration file was committed or copied, replace the secret.",
    ],
    tasks: &[],
    related: &[
        Cause::SettingUnknown,
        Cause::PresetCredentialsInvalid,
        Cause::SealingKeyInvalid,
    ],
    sources: &[],
});

pub(crate) const PLAIN_HTTP_EXPOSED: Entry = operators(Inside {
    id: "plain-http-exposed",
    title: "Plain HTTP to other machines",
    meaning: "The server would serve plain HTTP to other machines, so that secrets and tokens cross the network unencrypted.",
    causes: &[
        "The server listens on an address that is not a loopback address, and has no certificate.",
        "A proxy terminates TLS, and the server is not configured to be behind a proxy.",
    ],
    fixes: &[
        "Give the server a certificate and its private key.",
        "If a proxy on the same machine terminates TLS, listen on 127.0.0.1.",
        "If a proxy on another machine terminates TLS in a trusted network, configure the server to be behind a proxy, and set its issuer.",
    ],
    tasks: &[],
    related: &[Cause::IssuerNotHttps, Cause::SettingMissing],
    sources: &[],
});

pub(crate) const ISSUER_NOT_HTTPS: Entry = operators(Inside {
    id: "issuer-not-https",
    title: "Issuer without TLS",
    meaning: "The issuer is an http URL that callers on other machines would use, or that the server does not serve.",
    causes: &[
        "The issuer was written with http instead of https.",
        "TLS was enabled, and the issuer was not changed.",
    ],
    fixes: &["Set the issuer to the https URL at which callers reach the server."],
    tasks: &[],
    related: &[Cause::PlainHttpExposed, Cause::MetadataIssuerMismatch],
    sources: &[],
});

pub(crate) const ADDRESS_IN_USE: Entry = operators(Inside {
    id: "address-in-use",
    title: "Address in use",
    meaning: "Another process already listens on the address and port.",
    causes: &[
        "The server was started twice, or an earlier process is still stopping.",
        "Another program uses the same port.",
    ],
    fixes: &["Stop the other process, or choose another port."],
    tasks: &[],
    related: &[Cause::AddressNotLocal, Cause::DataDirectoryInUse],
    sources: &[],
});

pub(crate) const ADDRESS_NOT_LOCAL: Entry = operators(Inside {
    id: "address-not-local",
    title: "Address of another machine",
    meaning: "The machine does not have the address on which the server is to listen.",
    causes: &[
        "The address is that of a proxy, of a load balancer or of another machine.",
        "The network interface with the address is not up yet.",
    ],
    fixes: &[
        "Listen on an address of this machine.",
        "If the interface is not up yet, start the server after the network.",
    ],
    tasks: &[],
    related: &[Cause::AddressInUse, Cause::PortNotPermitted],
    sources: &[],
});

pub(crate) const PORT_NOT_PERMITTED: Entry = operators(Inside {
    id: "port-not-permitted",
    title: "Port not permitted",
    meaning: "The operating system does not permit the process to listen on the port.",
    causes: &["The port is below 1024, and the process does not run with the privilege to use it."],
    fixes: &[
        "Choose a port of 1024 or above, and let a proxy or the service manager forward the lower port.",
        "Grant the process the capability CAP_NET_BIND_SERVICE.",
    ],
    tasks: &[],
    related: &[Cause::AddressInUse, Cause::AddressNotLocal],
    sources: &[],
});
