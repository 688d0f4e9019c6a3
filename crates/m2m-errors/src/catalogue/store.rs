//! Problems of a data directory and its database. A command or the log of a server reports them; a caller never does.

use super::inside::{Inside, dependency, operators};
use crate::{Cause, Entry};

pub(crate) const DATA_DIRECTORY_IN_USE: Entry = operators(Inside {
    id: "data-directory-in-use",
    title: "Data directory in use",
    meaning: "Another process uses the data directory, and only one at a time can.",
    causes: &[
        "A server runs over the data directory.",
        "A command or an earlier server that is still stopping uses it.",
        "Two servers are configured with the same data directory.",
    ],
    fixes: &[
        "If a server runs over the data directory, send the change to the server instead, or stop the server first.",
        "If a command uses the data directory, wait until the command has ended.",
        "Give each server a data directory of its own.",
    ],
    tasks: &[],
    related: &[Cause::DataDirectoryUnreadable, Cause::StoreUnavailable],
    sources: &[],
});

pub(crate) const DATA_SCHEMA_NEWER: Entry = operators(Inside {
    id: "data-schema-newer",
    title: "Data of a newer release",
    meaning: "A newer release wrote the data directory, and this release does not know its schema.",
    causes: &["The server was upgraded, and the earlier release was started again."],
    fixes: &[
        "Use the release that wrote the data directory, or a later one.",
        "If you have to return to the earlier release, restore the backup from before the upgrade.",
    ],
    tasks: &[],
    related: &[Cause::DataSchemaUnreleased, Cause::StoreDamaged],
    sources: &[],
});

pub(crate) const DATA_SCHEMA_UNRELEASED: Entry = operators(Inside {
    id: "data-schema-unreleased",
    title: "Data of an unreleased version",
    meaning: "A version from before the first release wrote the data directory.",
    causes: &["The data directory was created with a development version."],
    fixes: &[
        "Export the registry with the version that created the data directory, and apply the file to a new one.",
    ],
    tasks: &[],
    related: &[Cause::DataSchemaNewer],
    sources: &[],
});

pub(crate) const DATA_DIRECTORY_UNREADABLE: Entry = operators(Inside {
    id: "data-directory-unreadable",
    title: "Data directory cannot be opened",
    meaning: "The data directory or a file in it cannot be opened.",
    causes: &[
        "The path is that of a file, or the parent directory does not exist.",
        "The file system does not support locks or shared memory, as some network file systems do not.",
    ],
    fixes: &[
        "Check the path in the error, and that its parent directory exists.",
        "Use a directory on a local disk.",
    ],
    tasks: &[],
    related: &[
        Cause::DataDirectoryDenied,
        Cause::DataDirectoryInUse,
        Cause::DatabaseMissing,
    ],
    sources: &[],
});

pub(crate) const DATA_DIRECTORY_DENIED: Entry = operators(Inside {
    id: "data-directory-denied",
    title: "No permission for data directory",
    meaning: "The process may not write to the data directory or to a file in it.",
    causes: &[
        "The process runs as another user than the owner of the directory, for example after a command was run as root.",
        "The file system is mounted read-only.",
    ],
    fixes: &[
        "Run the process as the owner of the directory, or change the owner of the directory and all its files.",
        "If the file system is read-only, mount it read-write, or use a copy of the directory.",
    ],
    tasks: &[],
    related: &[Cause::DataDirectoryUnreadable],
    sources: &[],
});

pub(crate) const DATABASE_MISSING: Entry = operators(Inside {
    id: "database-missing",
    title: "Database missing",
    meaning: "The database is missing or empty, although the data directory contained a registry.",
    causes: &[
        "The database was deleted or moved, and other files of the directory were not.",
        "A backup was restored incompletely.",
        "The disk was not mounted when the process started.",
    ],
    fixes: &[
        "Restore a backup of the data directory, or of the database alone.",
        "If the disk was not mounted, mount it and start again.",
        "To start over without applications, delete the whole data directory.",
    ],
    tasks: &[],
    related: &[Cause::DatabaseForeign, Cause::DataDirectoryDisplaced],
    sources: &[],
});

pub(crate) const DATABASE_FOREIGN: Entry = operators(Inside {
    id: "database-foreign",
    title: "Database of another directory",
    meaning: "The database does not belong to the data directory that contains it.",
    causes: &[
        "The database of another server was copied into the directory.",
        "A backup of another server was restored.",
    ],
    fixes: &[
        "Put back the database of this directory, or restore a backup of the whole directory.",
        "If the other database is to be used from now on, move it to a directory of its own with its sealing key.",
    ],
    tasks: &[],
    related: &[Cause::DatabaseMissing, Cause::SealingKeyWrong],
    sources: &[],
});

pub(crate) const DATA_DIRECTORY_DISPLACED: Entry = operators(Inside {
    id: "data-directory-displaced",
    title: "Data directory was moved",
    meaning: "Files of the data directory were moved, replaced or truncated while they were open.",
    causes: &[
        "A backup was restored over the data directory of a running server.",
        "A cleanup job deleted or moved the files.",
    ],
    fixes: &[
        "Put the files back; a running server then continues.",
        "Stop the server before you restore a backup.",
        "Exclude the data directory from jobs that delete or move files.",
    ],
    tasks: &[],
    related: &[Cause::DatabaseMissing, Cause::StoreUnavailable],
    sources: &[],
});

pub(crate) const DISK_FULL: Entry = dependency(Inside {
    id: "disk-full",
    title: "Disk full",
    meaning: "The disk with the data directory is full, so nothing can be stored.",
    causes: &[
        "Logs, backups or other programs fill the same disk.",
        "A quota of the user or of the container is used up.",
    ],
    fixes: &[
        "Free space on the disk, or raise the quota; a running server then continues.",
        "Move logs and backups to another disk.",
    ],
    tasks: &[],
    related: &[Cause::DiskFailed, Cause::StoreUnavailable],
    sources: &[],
});

pub(crate) const DISK_FAILED: Entry = dependency(Inside {
    id: "disk-failed",
    title: "Disk failed",
    meaning: "Reading or writing the database failed.",
    causes: &[
        "The disk or the connection to it is faulty.",
        "A network file system was unavailable for a moment.",
    ],
    fixes: &[
        "Look for errors of the disk in the log of the operating system.",
        "If the disk is faulty, restore a backup of the data directory on another disk.",
    ],
    tasks: &[],
    related: &[Cause::DiskFull, Cause::StoreDamaged, Cause::ChangeUnknown],
    sources: &[],
});

pub(crate) const STORE_DAMAGED: Entry = dependency(Inside {
    id: "store-damaged",
    title: "Database damaged",
    meaning: "The database does not contain the data that was written to it.",
    causes: &[
        "The disk or the memory of the machine is faulty.",
        "Another program wrote to the database, or the file was copied while a server was writing to it.",
    ],
    fixes: &[
        "Restore a backup of the data directory, and keep the damaged one for analysis.",
        "Make backups only as documented, so that the copies are consistent.",
    ],
    tasks: &[],
    related: &[Cause::DiskFailed, Cause::DataSchemaNewer],
    sources: &[],
});

pub(crate) const SEALING_KEY_WRONG: Entry = operators(Inside {
    id: "sealing-key-wrong",
    title: "Sealing key wrong",
    meaning: "The private keys in the data directory are sealed with another sealing key.",
    causes: &[
        "The sealing key of another server or another environment is configured.",
        "The data directory was restored from a backup from before the sealing key was replaced.",
    ],
    fixes: &[
        "Provide the sealing key that the private keys were sealed with; it may be in the backup of the same day.",
        "If the sealing key is lost, replace the signing keys; APIs accept tokens of the new keys as soon as they have fetched the JWK set.",
    ],
    tasks: &[],
    related: &[Cause::SealingKeyInvalid, Cause::DatabaseForeign],
    sources: &[],
});

pub(crate) const SEALING_KEY_INVALID: Entry = operators(Inside {
    id: "sealing-key-invalid",
    title: "Sealing key invalid",
    meaning: "The text that is configured as the sealing key is not one.",
    causes: &[
        "The text was truncated, or contains quotation marks or the name of a variable.",
        "The text is not the base64 of exactly 32 bytes.",
    ],
    fixes: &[
        "Copy the sealing key again, completely and without quotation marks.",
        "If nothing is sealed yet, create a sealing key with openssl rand -base64 32.",
    ],
    tasks: &[],
    related: &[Cause::SealingKeyWrong],
    sources: &[],
});

pub(crate) const DATA_DIRECTORY_MISSING: Entry = operators(Inside {
    id: "data-directory-missing",
    title: "No data directory",
    meaning: "The directory is not a data directory, and the command does not create one.",
    causes: &[
        "The path is misspelled, or is relative to another directory.",
        "No server has used the directory yet, or its volume is not mounted.",
    ],
    fixes: &[
        "Name the data directory that a server uses.",
        "If the volume is not mounted, mount it.",
    ],
    tasks: &[],
    related: &[Cause::DatabaseMissing, Cause::FileNotFound],
    sources: &[],
});
