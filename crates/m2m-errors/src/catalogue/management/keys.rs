//! Signing keys that an operation does not import, generate or use.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry, operators_entry};
use crate::{Cause, Entry, Status, Task};

pub(crate) const KEY_UNUSABLE: Entry = entry(Refusal {
    id: "key-unusable",
    title: "Imported key unusable",
    status: Status::Conflict,
    meaning: "The private key that is to be imported cannot be used.",
    causes: &[
        "The document is not a private key in PKCS #8 or as a JWK, or is encrypted.",
        "The key is for another algorithm than the request names, or fits several and the request names none.",
        "The key is too short, or has a type or a curve that is not supported.",
    ],
    fixes: &[
        "Read the message in the response: it names the field and the problem of the key.",
        "Export the key again, unencrypted, as PKCS #8 or as a JWK, and name its algorithm.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[
        Cause::KeyMalformed,
        Cause::KeyUnsupported,
        Cause::KeyAlgorithmUnclear,
    ],
});

pub(crate) const KEY_RETIRED: Entry = entry(Refusal {
    id: "key-retired",
    title: "Key was retired",
    status: Status::Conflict,
    meaning: "The key was retired and cannot be used again, because it may be compromised.",
    causes: &[
        "A key from a backup is imported again after a rotation.",
        "An emergency rotation removed the key, and a deployment still contains it.",
    ],
    fixes: &["Import or generate another key."],
    operator_fixes: &[
        LOOK_UP,
        "Delete the file of the retired key wherever it is still deployed.",
    ],
    related: &[Cause::KeyIdTaken],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListKeys]);

pub(crate) const KEY_TOO_NEW: Entry = entry(Refusal {
    id: "key-too-new",
    title: "Next key too new",
    status: Status::Conflict,
    meaning: "The next key has not been announced for long enough to sign tokens.",
    causes: &[
        "The second step of a rotation was requested before every API could fetch the new key.",
    ],
    fixes: &[
        "Repeat the rotation at the time that the message names.",
        "If others may know the current key, request an emergency rotation, which does not wait.",
    ],
    operator_fixes: &[
        "Let the job that rotates keys wait between its two steps.",
        LOOK_UP,
    ],
    related: &[Cause::TooManyKeys, Cause::TokenKeyUnknown],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListKeys]);

pub(crate) const KEY_NOT_GENERATED: Entry = operators_entry(Refusal {
    id: "key-not-generated",
    title: "Key cannot be generated",
    status: Status::Conflict,
    meaning: "This build of the server cannot generate keys of the algorithm.",
    causes: &["The cryptography library of the build cannot generate RSA keys."],
    fixes: &[
        "Generate the key with another tool, such as openssl genpkey, and import it.",
        "If the APIs accept another algorithm, such as ES256, use that algorithm.",
    ],
    operator_fixes: &[
        "Generate the key with another tool, and import it.",
        "Use a build of the server whose cryptography library can generate RSA keys.",
    ],
    related: &[Cause::KeyUnsupported, Cause::SigningKeyMissing],
});
