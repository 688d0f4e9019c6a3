//! `m2m application update`: an application, changed field by field.

use serde_json::{Map, Value, json};

use super::super::done::done;
use crate::cli::{ApplicationUpdateOptions, Clearable};
use crate::error::Failure;
use crate::management::{ApiPath, Management};
use crate::output::Output;
use crate::timestamp::rfc3339;

pub(in crate::commands) fn update(
    options: &ApplicationUpdateOptions,
    output: &Output,
) -> Result<(), Failure> {
    let body = body(options)?;
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["applications", &options.application]);
    let answer = management.patch(&path, &body)?;
    done(&answer, options.management.output, output);
    Ok(())
}

/// What is different afterwards.
fn body(options: &ApplicationUpdateOptions) -> Result<Value, Failure> {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    set("name", text(&options.name));
    let enabled = options.enable || options.disable;
    set("is_enabled", enabled.then_some(Value::Bool(options.enable)));
    set(ORGANIZATION, text(&options.organization));
    set(
        "client_type",
        options.client_type.map(|word| word.as_str().into()),
    );
    set(SYSTEM_USER, text(&options.system_user));
    set(
        "is_system_user_allowed",
        options.system_user_allowed.map(Value::from),
    );
    set(TOKEN_LIFETIME, options.token_lifetime.map(Value::from));
    set(
        NOT_BEFORE,
        options.not_before.map(|time| rfc3339(time).into()),
    );
    let addresses = &options.allowed_address;
    set(
        ALLOWED_ADDRESSES,
        (!addresses.is_empty()).then(|| json!(addresses)),
    );
    set("secret_sha256", text(&options.secret_sha256));
    for field in &options.clear {
        if body
            .insert(field.as_str().to_owned(), Value::Null)
            .is_some()
        {
            return Err(Failure::usage("a field cannot be set and cleared at once")
                .help("leave out the option that sets it, or --clear"));
        }
    }
    Ok(Value::Object(body))
}

const ORGANIZATION: &str = Clearable::Organization.as_str();
const SYSTEM_USER: &str = Clearable::SystemUser.as_str();
const TOKEN_LIFETIME: &str = Clearable::TokenLifetime.as_str();
const NOT_BEFORE: &str = Clearable::NotBefore.as_str();
const ALLOWED_ADDRESSES: &str = Clearable::AllowedAddresses.as_str();
