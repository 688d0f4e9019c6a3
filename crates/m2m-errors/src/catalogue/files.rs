//! Problems of files and directories that a setting or an option names. A server that starts, or a command, reports them.

use super::inside::{Inside, operators};
use crate::{Cause, Entry};

pub(crate) const FILE_NOT_FOUND: Entry = operators(Inside {
    id: "file-not-found",
    title: "File not found",
    meaning: "A file or directory that a setting or an option names does not exist.",
    causes: &[
        "The path is misspelled, or is relative to another directory.",
        "A volume or a secret is not mounted.",
    ],
    fixes: &[
        "Check the path in the error. A relative path starts at the working directory, or at the directory of the configuration file that contains it.",
    ],
    tasks: &[],
    related: &[Cause::FileDenied, Cause::DataDirectoryMissing],
    sources: &[],
});

pub(crate) const FILE_DENIED: Entry = operators(Inside {
    id: "file-denied",
    title: "No permission for file",
    meaning: "The process may not open, read or write a file or directory.",
    causes: &[
        "The process runs as another user than the owner of the file.",
        "The file system is mounted read-only.",
    ],
    fixes: &[
        "Run the process as the owner of the file, or change the owner of the file.",
        "If the process has to write, use a file system that is mounted read-write.",
    ],
    tasks: &[],
    related: &[
        Cause::FileNotFound,
        Cause::FileOpenToOthers,
        Cause::DataDirectoryDenied,
    ],
    sources: &[],
});

pub(crate) const FILE_EXISTS: Entry = operators(Inside {
    id: "file-exists",
    title: "File already exists",
    meaning: "A file that would be created exists already, and is not overwritten.",
    causes: &["An earlier attempt wrote the file."],
    fixes: &[
        "Name a file that does not exist yet.",
        "If the content of the existing file is not needed, delete the file and try again.",
    ],
    tasks: &[],
    related: &[Cause::FileDenied],
    sources: &[],
});

pub(crate) const FILE_UNUSABLE: Entry = operators(Inside {
    id: "file-unusable",
    title: "File cannot be used",
    meaning: "A file is not of the kind that is needed, or reading or writing it failed.",
    causes: &[
        "The path is that of a directory, of a device, or of a file that is too large.",
        "The file is empty, is not text, or has more lines than the one that is expected.",
        "The disk or the connection to it is faulty.",
    ],
    fixes: &["Name a file of the kind that the error describes."],
    tasks: &[],
    related: &[Cause::FileNotFound, Cause::FileDenied],
    sources: &[],
});

pub(crate) const FILE_OPEN_TO_OTHERS: Entry = operators(Inside {
    id: "file-open-to-others",
    title: "File open to others",
    meaning: "Other users of the machine can read or change a file that contains secrets.",
    causes: &[
        "The file was created or copied with the default permissions.",
        "A volume gives all files the same permissions.",
    ],
    fixes: &[
        "Remove the permissions of the group and of other users, as the error describes.",
        "If other users may have read a private key or a secret, replace it.",
    ],
    tasks: &[],
    related: &[Cause::FileDenied],
    sources: &[],
});

pub(crate) const KEY_FILE_MISNAMED: Entry = operators(Inside {
    id: "key-file-misnamed",
    title: "Wrong name of key file",
    meaning: "The names of the files in the directory of keys do not determine which key signs.",
    causes: &[
        "A file does not have the algorithm and the key id in its name.",
        "Two files have the same key id, or two keys of one algorithm would sign.",
        "The only key of an algorithm is marked as next or retiring, so that none signs.",
    ],
    fixes: &[
        "Rename the file as the error describes. The name contains the algorithm, the key id, and next or retiring for a key that does not sign.",
    ],
    tasks: &[],
    related: &[Cause::SigningKeyMissing, Cause::KeyMalformed],
    sources: &[],
});

pub(crate) const TLS_CERTIFICATE_UNUSABLE: Entry = operators(Inside {
    id: "tls-certificate-unusable",
    title: "Server certificate cannot be used",
    meaning: "The file with the certificate of the server contains no certificate that TLS can use.",
    causes: &[
        "The file contains a private key or a certificate signing request instead.",
        "The file was truncated, or is not in PEM.",
    ],
    fixes: &[
        "Use a PEM file with the certificate of the server first, followed by those of its issuers.",
        "If the file is damaged, get it again from the issuer of the certificate.",
    ],
    tasks: &[],
    related: &[Cause::TlsKeyUnusable, Cause::TlsKeyMismatch],
    sources: &[],
});

pub(crate) const TLS_KEY_UNUSABLE: Entry = operators(Inside {
    id: "tls-key-unusable",
    title: "TLS private key cannot be used",
    meaning: "The file with the private key of the certificate contains no key that TLS can use.",
    causes: &[
        "The file contains a certificate instead, or was truncated.",
        "The key is encrypted with a passphrase.",
        "The key is of a kind or a size that TLS does not use.",
    ],
    fixes: &[
        "Use a PEM file with an unencrypted RSA key of at least 2048 bits, an ECDSA key on P-256 or P-384, or an Ed25519 key.",
        "If the key is encrypted, decrypt it to a file that only the server can read.",
    ],
    tasks: &[],
    related: &[Cause::TlsKeyMismatch, Cause::TlsCertificateUnusable],
    sources: &[],
});

pub(crate) const TLS_KEY_MISMATCH: Entry = operators(Inside {
    id: "tls-key-mismatch",
    title: "TLS private key of another certificate",
    meaning: "The private key does not belong to the certificate of the server.",
    causes: &[
        "The certificate was renewed with a new key, and only one of the two files was replaced.",
        "The file with the certificate begins with that of an issuer.",
    ],
    fixes: &[
        "Use the key with which the certificate was requested.",
        "Put the certificate of the server first in its file.",
    ],
    tasks: &[],
    related: &[Cause::TlsKeyUnusable, Cause::TlsCertificateUnusable],
    sources: &[],
});
