//! Requests that cannot be read, or do not have the values that the operation accepts.

use super::refusal::{ASK_OWNER, LOOK_UP, READ_OPENAPI, Refusal, entry};
use crate::{Cause, Entry, Status};

pub(crate) const FIELD_INVALID: Entry = entry(Refusal {
    id: "field-invalid",
    title: "Field not accepted",
    status: Status::BadRequest,
    meaning: "A field or a parameter of the request is unknown, is missing, or has a value that the operation does not accept.",
    causes: &[
        "The name of a field is misspelled, or belongs to another operation or another release.",
        "A required field is missing, or has the wrong JSON type, such as a number in quotation marks.",
        "The value is too long, too small, or contains characters that the field does not allow.",
        "The value does not fit another field of the same request or of the record.",
    ],
    fixes: &[
        "Read the message in the response: it names the field, and the type and the values that it accepts.",
        READ_OPENAPI,
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ReferenceNotFound, Cause::ManagementBodyMalformed],
});

pub(crate) const QUERY_MALFORMED: Entry = entry(Refusal {
    id: "query-malformed",
    title: "Query malformed",
    status: Status::BadRequest,
    meaning: "The query of the URL cannot be read.",
    causes: &[
        "A percent sign in the query is not followed by two hexadecimal digits.",
        "The decoded query is not UTF-8.",
        "A parameter of the query occurs more than once.",
    ],
    fixes: &[
        "Let an HTTP library encode the parameters, and send each of them once.",
        READ_OPENAPI,
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::FieldInvalid],
});

pub(crate) const MANAGEMENT_BODY_MALFORMED: Entry = entry(Refusal {
    id: "management-body-malformed",
    title: "Management body malformed",
    status: Status::BadRequest,
    meaning: "The body of the request is not the JSON or the text that the operation expects.",
    causes: &[
        "The body was put together by hand and has a missing comma, bracket or quotation mark.",
        "The body is empty, was truncated, or is a form instead of JSON.",
        "The body is not encoded in UTF-8.",
    ],
    fixes: &[
        "Let a JSON library write the body, and send it as UTF-8.",
        "If the body comes from a file, check with a JSON tool that the file is valid and complete.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[
        Cause::FieldInvalid,
        Cause::MediaTypeUnsupported,
        Cause::BodyMalformed,
    ],
});

pub(crate) const MEDIA_TYPE_UNSUPPORTED: Entry = entry(Refusal {
    id: "media-type-unsupported",
    title: "Media type not supported",
    status: Status::UnsupportedMediaType,
    meaning: "The operation does not accept bodies of the media type in Content-Type.",
    causes: &[
        "The header Content-Type is missing, and the HTTP client set a default, such as that of a form.",
        "The body has a format that other operations accept, but not this one.",
    ],
    fixes: &[
        "Send the header Content-Type: application/json with a JSON body.",
        "Read the message in the response: it names the media types that the operation accepts.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ContentTypeWrong, Cause::ManagementBodyMalformed],
});

pub(crate) const FILTERS_CONFLICT: Entry = entry(Refusal {
    id: "filters-conflict",
    title: "Filters cannot be combined",
    status: Status::Conflict,
    meaning: "The request combines two filters that the operation cannot apply together.",
    causes: &["The list is filtered by organization and by a text at the same time."],
    fixes: &[
        "Omit one of the two filters, and apply the other one to the records of the response.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::QueryTooExpensive, Cause::QueryMalformed],
});

pub(crate) const QUERY_TOO_EXPENSIVE: Entry = entry(Refusal {
    id: "query-too-expensive",
    title: "Query too expensive",
    status: Status::BadRequest,
    meaning: "The query would read too many records.",
    causes: &[
        "The filter matches few of very many events, so that most of them would have to be read.",
    ],
    fixes: &[
        "Narrow the query by name or by time.",
        "If you need all records, read them page by page without a filter.",
    ],
    operator_fixes: &[
        LOOK_UP,
        "Ask the owner of the client to narrow the query, or to read the records page by page.",
    ],
    related: &[Cause::FiltersConflict, Cause::RegistryTooLarge],
});

pub(crate) const REGISTRY_FILE_EMPTY: Entry = entry(Refusal {
    id: "registry-file-empty",
    title: "Registry file empty",
    status: Status::BadRequest,
    meaning: "The registry file that was sent is empty.",
    causes: &[
        "The file does not exist where a script reads it, or the program that writes it failed.",
        "The body was lost on the way, for example because a request was redirected.",
    ],
    fixes: &[
        "Check that the file has content before it is sent.",
        "If all records are to be deleted, delete them one by one; an empty file is never applied.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RegistryFileInvalid, Cause::ManagementBodyMalformed],
});

pub(crate) const REGISTRY_FILE_INVALID: Entry = entry(Refusal {
    id: "registry-file-invalid",
    title: "Registry file invalid",
    status: Status::BadRequest,
    meaning: "The registry file has a mistake that does not depend on the records of the server.",
    causes: &[
        "A field is misspelled, is repeated, or has a value that it does not allow.",
        "The text is not valid TOML, for example because a quotation mark is missing.",
        "The file contains a secret instead of its hash.",
    ],
    fixes: &[
        "Correct the place that the message names, and apply the file again; nothing was changed.",
        "If the file is long, export the records of the server and compare both files.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RegistryFileUnfit, Cause::RegistryFileEmpty],
});

pub(crate) const REGISTRY_FILE_UNFIT: Entry = entry(Refusal {
    id: "registry-file-unfit",
    title: "Registry file does not fit",
    status: Status::Conflict,
    meaning: "The registry file is valid, but does not fit the records of the server.",
    causes: &[
        "The file refers to a record that neither the file nor the server has.",
        "A record of the file has the same identifier as another record of the server.",
        "Records of the server that are not in the file would become invalid.",
    ],
    fixes: &[
        "Correct the record that the message names, or add the missing record to the file.",
        "Export the records of the server, make the change in that file, and apply it.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[
        Cause::RegistryFileInvalid,
        Cause::RecordInUse,
        Cause::ReferenceNotFound,
    ],
});
