//! The mistakes, with the steps of their diagnoses.

/// A mistake with an application of its own, and the steps of the diagnosis that are run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mistake {
    /// The cause of the refusal.
    pub(super) cause: &'static str,
    /// The commands with which an operator makes the mistake. `$ID` is the client id of the application, `$SECRET` its secret.
    pub(super) made_by: &'static str,
    /// The request of the application. Its client id and its secret are `{id}` and `{secret}`.
    pub(super) request: &'static str,
    /// The steps of the diagnosis to run.
    pub(super) steps: &'static [Step],
    /// The result of the next request: `granted`, or the cause of its refusal if the step is meant to refuse it.
    pub(super) then: &'static str,
}

/// A step of a diagnosis or of an explanation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The kind of the fix, or the name of the task.
    pub(super) kind: &'static str,
    /// The values for the words in capital letters.
    pub(super) values: &'static [(&'static str, &'static str)],
    /// A part of the output.
    pub(super) shows: &'static str,
}

/// A step without further values.
pub(super) const fn run(kind: &'static str) -> Step {
    with(kind, &[])
}

/// A step with these values.
pub(super) const fn with(
    kind: &'static str,
    values: &'static [(&'static str, &'static str)],
) -> Step {
    Step {
        kind,
        values,
        shows: "",
    }
}

/// A step that only shows something.
const fn shows(kind: &'static str, shows: &'static str) -> Step {
    Step { shows, ..run(kind) }
}

const MISTAKE: Mistake = Mistake {
    cause: "",
    made_by: "true",
    request: REQUEST,
    steps: &[],
    then: "granted",
};

/// A request that succeeds without a mistake.
pub(super) const REQUEST: &str = "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://orders.example/api";

const ORDERS: (&str, &str) = ("AUDIENCE", "https://orders.example/api");

/// The mistakes of token requests whose diagnosis has a fix with the values of the records.
pub(super) const OF_RECORDS: &[Mistake] = &[
    Mistake {
        cause: "scope-not-assigned",
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://orders.example/api&scope=write%3Aorders%3Bx",
        steps: &[run("assign_scope")],
        ..MISTAKE
    },
    Mistake {
        cause: "audience-not-authorized",
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://other.example/api",
        steps: &[run("authorize")],
        ..MISTAKE
    },
    Mistake {
        cause: "audience-not-authorized",
        made_by: r#"m2m application update --default-audience https://other.example/api -- "$ID""#,
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}",
        steps: &[run("change_default_audience")],
        ..MISTAKE
    },
    Mistake {
        cause: "application-disabled",
        made_by: r#"m2m application update --disable -- "$ID""#,
        steps: &[shows("list_events", "enabled: true → false"), run("enable")],
        ..MISTAKE
    },
    Mistake {
        cause: "application-expired",
        made_by: r#"m2m application update --expires-at now -- "$ID""#,
        steps: &[shows("list_events", "expires_at"), run("remove_expiry")],
        ..MISTAKE
    },
    Mistake {
        cause: "client-public",
        made_by: r#"m2m application update --client-type public -- "$ID""#,
        steps: &[run("make_confidential")],
        ..MISTAKE
    },
    Mistake {
        cause: "authentication-method-not-allowed",
        made_by: r#"m2m application update --authentication-method client_secret_basic -- "$ID""#,
        steps: &[run("allow_authentication_method")],
        ..MISTAKE
    },
    Mistake {
        cause: "grant-not-allowed",
        made_by: r#"m2m application update --clear grant-types -- "$ID""#,
        steps: &[run("allow_grant_type")],
        ..MISTAKE
    },
    Mistake {
        cause: "quota-exceeded",
        made_by: USE_UP,
        steps: &[run("raise_quota")],
        ..MISTAKE
    },
    Mistake {
        cause: "system-user-not-allowed",
        made_by: r#"m2m application update --system-user svc.a -- "$ID""#,
        steps: &[run("allow_system_user")],
        ..MISTAKE
    },
    Mistake {
        cause: "organization-suspended",
        made_by: r#"m2m organization create Acme --code org_acme
            m2m application update --organization org_acme -- "$ID"
            m2m organization suspend org_acme"#,
        steps: &[run("resume_organization")],
        ..MISTAKE
    },
    Mistake {
        cause: "address-not-allowed",
        made_by: r#"m2m application update --allowed-address 10.0.0.0/8 --allowed-address 2001:db8::/32 -- "$ID""#,
        steps: &[run("allow_address")],
        ..MISTAKE
    },
    // The new secret that the command prints is the one that works.
    Mistake {
        cause: "secret-rotated-out",
        made_by: r#"m2m secret rotate --overlap 0 -- "$ID""#,
        steps: &[run("create_secret")],
        ..MISTAKE
    },
];

/// Uses the only token of a quota.
const USE_UP: &str = r#"m2m application update --token-quota 1/1d --token-quota-mode enforce -- "$ID"
    M2M_CLIENT_ID="$ID" M2M_CLIENT_SECRET="$SECRET" m2m token --audience https://orders.example/api"#;

/// The mistakes of token requests whose diagnosis has the general advice of the cause.
pub(super) const OF_CAUSES: &[Mistake] = &[
    Mistake {
        cause: "client-unknown",
        request: "grant_type=client_credentials&client_id=unregistered-job&client_secret=not-{secret}&audience=https://orders.example/api",
        steps: &[
            shows("list_applications", "operator"),
            with("create_application", &[("NAME", "Nightly"), ORDERS]),
        ],
        ..MISTAKE
    },
    Mistake {
        cause: "application-deleted",
        made_by: r#"m2m application delete --yes -- "$ID""#,
        steps: &[
            shows("list_events", "deleted"),
            with("recreate_application", &[("NAME", "Again"), ORDERS]),
        ],
        ..MISTAKE
    },
    Mistake {
        cause: "secret-wrong",
        request: "grant_type=client_credentials&client_id={id}&client_secret=not-{secret}&audience=https://orders.example/api",
        steps: &[run("rotate_secret")],
        ..MISTAKE
    },
    Mistake {
        cause: "credentials-in-url",
        request: "?client_secret={secret}",
        steps: &[run("replace_leaked_secret")],
        ..MISTAKE
    },
    Mistake {
        cause: "audience-missing",
        made_by: r#"m2m application authorize --audience https://other.example/api -- "$ID""#,
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}",
        steps: &[
            shows("show_application", "https://other.example/api"),
            with(
                "set_default_audience",
                &[("AUDIENCE", "https://other.example/api")],
            ),
        ],
        ..MISTAKE
    },
    Mistake {
        cause: "audience-unknown",
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://stock.example",
        steps: &[
            shows("list_apis", "https://orders.example/api"),
            with(
                "create_api",
                &[("NAME", "Stock"), ("AUDIENCE", "https://stock.example")],
            ),
            with(
                "authorize_application",
                &[("AUDIENCE", "https://stock.example")],
            ),
        ],
        ..MISTAKE
    },
    Mistake {
        cause: "audiences-incompatible",
        made_by: r#"m2m api create Ledger https://ledger.example --signing-alg EdDSA --claims kinde
            m2m application authorize --audience https://ledger.example -- "$ID""#,
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://orders.example/api&audience=https://ledger.example",
        steps: &[with(
            "set_token_format",
            &[("AUDIENCE", "https://ledger.example")],
        )],
        ..MISTAKE
    },
    Mistake {
        cause: "scope-unknown",
        request: "grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=https://orders.example/api&scope=archive",
        steps: &[
            Step {
                shows: "write:orders;x",
                ..with("show_api", &[ORDERS])
            },
            with("add_scope", &[ORDERS, ("SCOPE", "archive")]),
            with("assign_scope", &[ORDERS, ("SCOPE", "archive")]),
        ],
        ..MISTAKE
    },
    Mistake {
        cause: "quota-exceeded",
        made_by: USE_UP,
        steps: &[with("set_token_quota", &[("TOKENS/PERIOD", "1000/1h")])],
        ..MISTAKE
    },
    Mistake {
        cause: "system-user-not-allowed",
        made_by: r#"m2m application update --system-user svc.a -- "$ID""#,
        steps: &[with("set_system_user", &[("USER", "svc.b")])],
        ..MISTAKE
    },
    Mistake {
        cause: "maintenance",
        made_by: "m2m maintenance on",
        steps: &[run("end_maintenance")],
        ..MISTAKE
    },
];

/// Revokes the tokens up to a time that is in the future, except for a server whose clock is ahead.
const NOT_BEFORE: &str = r#"m2m application update --not-before "$(date -u -d '30 minutes' +%Y-%m-%dT%H:%M:%SZ)" -- "$ID""#;

/// The mistakes that are made while the clock of the server is ahead.
pub(super) const OF_CLOCKS: &[Mistake] = &[
    Mistake {
        cause: "not-before-in-future",
        made_by: NOT_BEFORE,
        steps: &[run("revoke_tokens_until_now")],
        ..MISTAKE
    },
    // The application should not get tokens.
    Mistake {
        cause: "not-before-in-future",
        made_by: NOT_BEFORE,
        steps: &[run("disable_application")],
        then: "application-disabled",
        ..MISTAKE
    },
];

/// The steps that no diagnosis of a server has, with the cause that `m2m explain` explains with them.
pub(super) const OF_EXPLANATIONS: &[(&str, Step)] = &[
    (
        "organization-missing",
        with(
            "create_organization_application",
            &[("NAME", "Of Acme"), ("CODE", "org_acme"), ORDERS],
        ),
    ),
    (
        "secret-expired",
        Step {
            shows: "ID",
            ..run("list_secrets")
        },
    ),
    ("signing-key-missing", shows("list_keys", "active")),
    ("key-id-taken", shows("list_keys", "active")),
    (
        "application-not-found",
        shows("list_applications", "operator"),
    ),
    (
        "api-not-found",
        shows("list_apis", "https://orders.example/api"),
    ),
    ("version-changed", shows("list_events", "created")),
    (
        "token-of-other-client",
        Step {
            shows: "is revoked",
            ..with("revoke_token", &[("JTI", "AAECAwQFBgcICQoLDA0ODw")])
        },
    ),
];

/// The steps that a test of their own runs.
pub(super) const OF_OTHERS: &[&str] = &[
    // `the_commands_for_a_stopped_server_mend_the_mistake_as_they_are_printed`
    "reset_management",
    "import_key",
    "replace_key",
    // `the_commands_of_the_management_api_mend_the_mistake_as_they_are_printed`
    "decode_token",
    "verify_token",
    "look_up_diagnosis",
    // `the_demo_of_an_explanation_shows_a_request_that_works`
    "show_working_request",
];

/// Returns all mistakes.
pub(super) fn all() -> impl Iterator<Item = &'static Mistake> {
    OF_RECORDS.iter().chain(OF_CAUSES).chain(OF_CLOCKS)
}
