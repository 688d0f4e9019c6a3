//! Where in the file a record and its fields stand.

use core::ops::Range;

use m2m_authority::registry::{Field, InvalidRegistry, Problem, Record};
use toml::Spanned;

use super::document::{Api, Application, Authorization, Document, Organization};

/// Where the value stands that `error` is about: as near as the file has it, at least its record.
pub(super) fn span(error: &InvalidRegistry, document: &Document) -> Range<usize> {
    let place = error.place;
    let item = place.item.unwrap_or_default();
    let found = match place.record {
        Record::Api => in_record(&document.api, place.index, |api| {
            api_field(api, place.field, item)
        }),
        Record::Organization => in_record(&document.organization, place.index, |organization| {
            organization_field(organization, place.field, item)
        }),
        Record::Property => in_record(&document.property, place.index, |property| {
            Some(property.key.span())
        }),
        Record::Application => in_record(&document.application, place.index, |application| {
            application_field(application, place.field, item, &error.problem)
        }),
    };
    found.unwrap_or_default()
}

/// Where the record or value stands that has had the same identifier before, if `error` is about two that are the same and the file
/// writes both alike. Unit: bytes.
pub(super) fn earlier(error: &InvalidRegistry, document: &Document) -> Option<usize> {
    let Problem::Taken { value } = &error.problem else {
        return None;
    };
    let place = error.place;
    let (index, item) = (place.index, place.item.unwrap_or_default());
    match (place.record, place.field) {
        (Record::Api, Field::Scopes) => {
            let scopes = &document.api.get(index)?.get_ref().scopes;
            first(scopes, item, |scope| scope.key == **value)
        }
        (Record::Application, Field::Authorize) => {
            let authorize = &document.application.get(index)?.get_ref().authorize;
            let own = authorize.get(item)?.get_ref().audience.get_ref();
            first(authorize, item, |one| one.audience.get_ref() == own)
        }
        (Record::Application, Field::TokenFeatureFlags) => {
            let flags = &document
                .application
                .get(index)?
                .get_ref()
                .token_feature_flags;
            first(flags, item, |flag| **flag == **value)
        }
        (Record::Api, _) => {
            let own = document.api.get(index)?.get_ref().audience.get_ref();
            first(&document.api, index, |api| api.audience.get_ref() == own)
        }
        (Record::Organization, _) => first(&document.organization, index, |organization| {
            **organization.code.get_ref() == **value
        }),
        (Record::Property, _) => first(&document.property, index, |property| {
            **property.key.get_ref() == **value
        }),
        (Record::Application, _) => first(&document.application, index, |application| {
            let client_id = application.client_id.as_ref();
            client_id.is_some_and(|client_id| **client_id.get_ref() == **value)
        }),
    }
}

/// Where the first begins that is one, of those before the position `end`.
fn first<T>(values: &[Spanned<T>], end: usize, is: impl Fn(&T) -> bool) -> Option<usize> {
    values
        .iter()
        .take(end)
        .find(|value| is(value.get_ref()))
        .map(|value| value.span().start)
}

fn in_record<T>(
    records: &[Spanned<T>],
    index: usize,
    field: impl FnOnce(&T) -> Option<Range<usize>>,
) -> Option<Range<usize>> {
    let record = records.get(index)?;
    field(record.get_ref()).or_else(|| Some(record.span()))
}

fn api_field(api: &Api, field: Field, item: usize) -> Option<Range<usize>> {
    match field {
        Field::Scopes => api.scopes.get(item).map(Spanned::span),
        Field::IntrospectionClients => api.introspection_clients.get(item).map(Spanned::span),
        Field::Audience | Field::Aliases => Some(api.audience.span()),
        Field::Code
        | Field::Handle
        | Field::ExternalId
        | Field::Key
        | Field::ClientId
        | Field::Organization
        | Field::SecretSha256
        | Field::SystemUser
        | Field::Properties
        | Field::TokenProperties
        | Field::FeatureFlags
        | Field::TokenFeatureFlags
        | Field::Authorize
        | Field::AuthorizeScopes
        | Field::TokenQuota => None,
    }
}

fn organization_field(
    organization: &Organization,
    field: Field,
    item: usize,
) -> Option<Range<usize>> {
    match field {
        Field::Code => Some(organization.code.span()),
        Field::Handle => organization.handle.as_ref().map(Spanned::span),
        Field::ExternalId => organization.external_id.as_ref().map(Spanned::span),
        Field::FeatureFlags => organization
            .feature_flags
            .keys()
            .nth(item)
            .map(Spanned::span),
        Field::Audience
        | Field::Aliases
        | Field::Scopes
        | Field::IntrospectionClients
        | Field::Key
        | Field::ClientId
        | Field::Organization
        | Field::SecretSha256
        | Field::SystemUser
        | Field::Properties
        | Field::TokenProperties
        | Field::TokenFeatureFlags
        | Field::Authorize
        | Field::AuthorizeScopes
        | Field::TokenQuota => None,
    }
}

fn application_field(
    application: &Application,
    field: Field,
    item: usize,
    problem: &Problem,
) -> Option<Range<usize>> {
    match field {
        Field::ClientId => application.client_id.as_ref().map(Spanned::span),
        Field::Organization => application.organization.as_ref().map(Spanned::span),
        Field::SecretSha256 => application.secret_sha256.as_ref().map(Spanned::span),
        Field::SystemUser => application.system_user.as_ref().map(Spanned::span),
        Field::TokenQuota => application.token_quota.as_ref().map(Spanned::span),
        Field::Properties => application.properties.keys().nth(item).map(Spanned::span),
        Field::TokenProperties => application.token_properties.get(item).map(Spanned::span),
        Field::FeatureFlags => application
            .feature_flags
            .keys()
            .nth(item)
            .map(Spanned::span),
        Field::TokenFeatureFlags => application.token_feature_flags.get(item).map(Spanned::span),
        Field::Authorize => application
            .authorize
            .get(item)
            .map(|authorization| authorization.get_ref().audience.span()),
        Field::AuthorizeScopes => application
            .authorize
            .get(item)
            .map(|authorization| scope(authorization, problem)),
        Field::Audience
        | Field::Aliases
        | Field::Scopes
        | Field::IntrospectionClients
        | Field::Code
        | Field::Handle
        | Field::ExternalId
        | Field::Key => None,
    }
}

/// The very scope that is wrong, by its text.
fn scope(authorization: &Spanned<Authorization>, problem: &Problem) -> Range<usize> {
    let wrong = if let Problem::Unknown { value, .. } = problem {
        Some(&**value)
    } else {
        None
    };
    let scopes = &authorization.get_ref().scopes;
    let found = scopes
        .iter()
        .find(|scope| Some(scope.get_ref().as_str()) == wrong);
    found.map_or_else(|| authorization.span(), Spanned::span)
}
