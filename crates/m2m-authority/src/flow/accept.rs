//! Step 1: a raw request becomes a client credentials request with credentials in it, or is refused.
//!
//! Source: RFC 6749, sections 2.3, 3.2, 4.4.2 and appendix B.

use core::net::IpAddr;
use std::borrow::Cow;

use m2m_errors::Cause;
use oauth_proto::{
    BasicCredentials, FormContentType, GrantType, InvalidForm, InvalidParameters, MessageLimits,
    Secret, TokenRequest, query_carries_credentials,
};
use zeroize::Zeroizing;

use crate::diagnose::{BodyForm, Evidence, Ignored, Suspect, form, ignored, in_url};
use crate::refusal::{Refusal, TargetParameter};
use crate::{Authority, MAX_AUDIENCES};

/// A request to the token endpoint as it came, its body complete.
///
/// Exhaustive, since callers write it as a literal.
#[derive(Clone, Copy)]
pub struct RawRequest<'r> {
    /// The method, such as `POST`.
    pub method: &'r str,
    /// The query of the request target, without the `?`.
    pub query: Option<&'r [u8]>,
    /// The `Content-Type` field.
    pub content_type: Header<'r>,
    /// The `Authorization` field.
    pub authorization: Header<'r>,
    /// The body. A shell that reads no more than the limit passes one byte beyond it if there was more.
    pub body: &'r [u8],
    /// The address of the caller, from the socket or from a peer that is trusted to state it.
    pub address: Option<IpAddr>,
}

/// A header field that should occur at most once.
///
/// Exhaustive: a field cannot occur in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Header<'r> {
    /// The field is absent.
    #[default]
    Absent,
    /// The field occurs once, with this value.
    Once(&'r [u8]),
    /// The field occurs more than once.
    Repeated,
}

impl<'r> FromIterator<&'r [u8]> for Header<'r> {
    fn from_iter<I: IntoIterator<Item = &'r [u8]>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Repeated,
        }
    }
}

impl core::fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The query, the body and the Authorization field may hold secrets.
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A client credentials request with a client id and a secret, neither of them verified yet.
#[derive(Debug)]
#[must_use = "an accepted request has to be authenticated"]
pub struct Accepted<'r> {
    pub(super) credentials: Credentials<'r>,
    pub(super) asked: Asked<'r>,
    pub(super) address: Option<IpAddr>,
    /// The body, for the diagnosis of a wrong secret.
    pub(super) body: Body<'r>,
}

/// The body of a request. `Debug` does not show it: it may hold a secret.
#[derive(Clone, Copy)]
pub(crate) struct Body<'r>(pub(crate) &'r [u8]);

impl core::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The scope and the audiences that the request asks for.
#[derive(Debug, Default)]
pub(super) struct Asked<'r> {
    pub(super) scope: Option<Cow<'r, str>>,
    /// The values of `audience`, followed by those of `resource`.
    pub(super) audiences: Vec<Cow<'r, str>>,
    /// The position of the first value of `resource` among the audiences.
    pub(super) resources_from: usize,
    pub(super) target: TargetParameter,
    /// A parameter that the request has in vain.
    pub(super) ignored: Option<Ignored>,
}

/// The credentials as they were presented.
#[derive(Debug)]
pub(crate) enum Credentials<'r> {
    /// `client_secret_basic`.
    Basic(BasicCredentials),
    /// `client_secret_post`.
    Post {
        client_id: Cow<'r, str>,
        secret: Secret<'r>,
    },
}

impl Credentials<'_> {
    pub(crate) fn client_id(&self) -> &str {
        match self {
            Self::Basic(basic) => basic.client_id(),
            Self::Post { client_id, .. } => client_id,
        }
    }

    /// Returns the secret, and its other reading if a Basic header has two that differ.
    pub(super) fn secret_readings(&self) -> (&str, Option<&str>) {
        match self {
            Self::Basic(basic) => {
                let readings = basic.secret();
                (readings.raw, readings.decoded)
            }
            Self::Post { secret, .. } => (secret.expose_secret(), None),
        }
    }
}

impl Accepted<'_> {
    /// The client id as the request states it, by which the client is loaded.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.credentials.client_id()
    }
}

/// The parameters by which a form authenticates its client, at every endpoint (RFC 6749, section 2.3.1; RFC 7521, section 4.2).
#[derive(Debug, Default)]
pub(crate) struct ClientParameters<'r> {
    pub(crate) client_id: Option<Cow<'r, str>>,
    pub(crate) client_secret: Option<Secret<'r>>,
    /// True if any part of an assertion is there.
    pub(crate) has_assertion: bool,
}

impl<'r> ClientParameters<'r> {
    /// Takes them from the form of a token request.
    fn of(form: &mut TokenRequest<'r>) -> Self {
        Self {
            client_id: form.client_id.take(),
            client_secret: form.client_secret.take(),
            has_assertion: form.client_assertion.is_some() || form.client_assertion_type.is_some(),
        }
    }
}

/// Accepts a well-formed client credentials request.
///
/// # Errors
///
/// A [`Refusal`] for the first of these checks that fails, in the order of [`Check`](crate::Check): method, size, content
/// type, form, repeats, credentials in the URL, number of authentication methods, grant type, credentials present.
pub fn accept<'r>(request: RawRequest<'r>, authority: &Authority) -> Result<Accepted<'r>, Refusal> {
    let mut form = accept_form(&request, authority, TokenRequest::parse)?;
    let client = ClientParameters::of(&mut form);
    let by_who = |refusal: Refusal| stating(refusal, &request, client.client_id.as_deref());
    check_url(&request).map_err(by_who)?;
    check_methods_of_authentication(&request, &client).map_err(by_who)?;
    check_grant_type(&request, &form).map_err(by_who)?;
    let credentials = read_credentials(&request, client, authority)?;
    let ignored = ignored(request.query, form.unknown.names());
    Ok(Accepted {
        credentials,
        asked: Asked {
            ignored,
            ..asked(form)
        },
        address: request.address,
        body: Body(request.body),
    })
}

/// Reads the form of a request with `parse`, after the checks of method, size and content type.
pub(crate) fn accept_form<'r, F>(
    request: &RawRequest<'r>,
    authority: &Authority,
    parse: impl FnOnce(&'r [u8], &MessageLimits) -> Result<F, InvalidParameters>,
) -> Result<F, Refusal> {
    let form = check_method(request)
        .and_then(|()| check_size(request, authority))
        .and_then(|()| check_content_type(request))
        .and_then(|()| read_form(request, authority, parse));
    form.map_err(|refusal| stating(refusal, request, None))
}

/// Checks the credentials of a request for anything but a token, and reads them.
pub(crate) fn accept_credentials<'r>(
    request: &RawRequest<'r>,
    client: ClientParameters<'r>,
    authority: &Authority,
) -> Result<Credentials<'r>, Refusal> {
    check_url(request)
        .and_then(|()| check_methods_of_authentication(request, &client))
        .map_err(|refusal| stating(refusal, request, client.client_id.as_deref()))?;
    read_credentials(request, client, authority)
}

/// Returns the refusal with the client id that the request names in one of the places where it may.
fn stating(refusal: Refusal, request: &RawRequest<'_>, client_id: Option<&str>) -> Refusal {
    refusal
        .stating(form::client_id_in_json(request.body))
        .stating(Some(&named_by_header(request)))
        .stating(client_id)
}

/// Refuses a request because of the coding of its body, such as gzip, which the `Content-Encoding` field states. The body is not read then
/// (RFC 9110, section 15.5.16).
pub fn refuse_coding(request: &RawRequest<'_>) -> Refusal {
    let cause = Cause::ContentCodingUnsupported;
    let observed = Evidence::BodyLooksLike {
        form: BodyForm::Compressed,
        parameters: Vec::new(),
    };
    let refusal = Refusal::of(cause).suspecting(Suspect::of_form(cause, vec![observed]));
    refusal.stating(Some(&named_by_header(request)))
}

/// Returns the client id in a Basic header, for the diagnosis of a request that is refused before the header is read; empty if there is none.
fn named_by_header(request: &RawRequest<'_>) -> Zeroizing<String> {
    match request.authorization {
        Header::Once(value) => form::client_id_in_header(value),
        Header::Absent | Header::Repeated => Zeroizing::default(),
    }
}

fn check_method(request: &RawRequest<'_>) -> Result<(), Refusal> {
    if request.method == "POST" {
        Ok(())
    } else {
        let cause = Cause::MethodNotAllowed;
        let observed = form::method(request.method);
        Err(Refusal::of(cause).suspecting(Suspect::of_form(cause, observed)))
    }
}

fn check_size(request: &RawRequest<'_>, authority: &Authority) -> Result<(), Refusal> {
    if request.body.len() <= authority.limits().max_body_bytes {
        Ok(())
    } else {
        Err(Cause::BodyTooLarge.into())
    }
}

fn check_content_type(request: &RawRequest<'_>) -> Result<(), Refusal> {
    let (value, is_repeated) = match request.content_type {
        Header::Absent => (None, false),
        Header::Once(value) => (Some(value), false),
        Header::Repeated => (None, true),
    };
    let cause = match FormContentType::parse(value) {
        _ if is_repeated => Cause::ContentTypeWrong,
        Ok(_) => return Ok(()),
        Err(error) => error.cause(),
    };
    let mut observed = form::content_type(value, is_repeated, request.body);
    // A request without a body often has everything in its URL, which logs keep.
    observed.extend(request.query.into_iter().flat_map(in_url));
    Err(Refusal::of(cause).suspecting(Suspect::of_form(cause, observed)))
}

fn read_form<'r, F>(
    request: &RawRequest<'r>,
    authority: &Authority,
    parse: impl FnOnce(&'r [u8], &MessageLimits) -> Result<F, InvalidParameters>,
) -> Result<F, Refusal> {
    parse(request.body, authority.limits()).map_err(|error| {
        let refusal = Refusal::of(error.cause());
        match error {
            InvalidParameters::ParameterRepeated { name, offset } => {
                let refusal = match name {
                    Some(name) => refusal.echoing(name),
                    None => refusal,
                };
                refusal.suspecting(Suspect::of_form(
                    error.cause(),
                    vec![Evidence::ParameterRepeated {
                        parameter: name.map(Into::into),
                        offset,
                    }],
                ))
            }
            InvalidParameters::Form(form) => match form.offset() {
                Some(offset) => {
                    let mut observed = vec![form::malformed(request.body, offset)];
                    if let (InvalidForm::NotUtf8 { .. }, Header::Once(value)) =
                        (form, request.content_type)
                    {
                        observed.extend(form::charset(value));
                    }
                    refusal.suspecting(Suspect::of_form(error.cause(), observed))
                }
                None => refusal,
            },
            _ => refusal,
        }
    })
}

/// Refuses credentials in the URL, where they end up in logs and histories, even if the request has credentials elsewhere too.
fn check_url(request: &RawRequest<'_>) -> Result<(), Refusal> {
    match request.query {
        Some(query) if query_carries_credentials(query) => {
            let cause = Cause::CredentialsInUrl;
            let observed = in_url(query).collect();
            Err(Refusal::of(cause).suspecting(Suspect::of_form(cause, observed)))
        }
        _ => Ok(()),
    }
}

/// Returns the `Authorization` field. One that authenticates nothing counts as absent if the body has a part of the credentials.
fn authorization<'r>(request: &RawRequest<'r>, client: &ClientParameters<'_>) -> Header<'r> {
    let is_in_body =
        client.client_id.is_some() || client.client_secret.is_some() || client.has_assertion;
    match request.authorization {
        Header::Once(value) if is_in_body && BasicCredentials::is_empty_header(value) => {
            Header::Absent
        }
        header @ (Header::Absent | Header::Once(_) | Header::Repeated) => header,
    }
}

fn check_methods_of_authentication(
    request: &RawRequest<'_>,
    client: &ClientParameters<'_>,
) -> Result<(), Refusal> {
    let by_header = match authorization(request, client) {
        Header::Absent => 0_u8,
        Header::Once(_) => 1,
        Header::Repeated => 2,
    };
    let by_secret = u8::from(client.client_secret.is_some());
    let by_assertion = u8::from(client.has_assertion);
    if by_header + by_secret + by_assertion > 1 {
        let cause = Cause::AuthenticationMethodsSeveral;
        let observed = vec![methods_present(request, client)];
        Err(Refusal::of(cause).suspecting(Suspect::of_form(cause, observed)))
    } else {
        Ok(())
    }
}

/// Returns the ways in which the request authenticates.
fn methods_present(request: &RawRequest<'_>, client: &ClientParameters<'_>) -> Evidence {
    let mut methods: Vec<Cow<'static, str>> = Vec::new();
    match authorization(request, client) {
        Header::Absent => {}
        Header::Once(value) => methods.push(form::authorization(value)),
        Header::Repeated => methods.push("several Authorization headers".into()),
    }
    if client.client_secret.is_some() {
        methods.push("client_secret in the body".into());
    }
    if client.has_assertion {
        methods.push("client_assertion in the body".into());
    }
    Evidence::MethodsPresent { methods }
}

fn check_grant_type(request: &RawRequest<'_>, form: &TokenRequest<'_>) -> Result<(), Refusal> {
    let Some(grant_type) = &form.grant_type else {
        let cause = Cause::GrantTypeMissing;
        let observed = form::missing(&["grant_type"], request.query, request.body);
        return Err(Refusal::of(cause).suspecting(Suspect::of_form(cause, observed)));
    };
    let Some(cause) = GrantType::parse(grant_type).refusal() else {
        return Ok(());
    };
    let observed = form::looks_like(request.body);
    Err(Refusal::of(cause)
        .echoing(grant_type)
        .suspecting(Suspect::of_grant_type(cause, grant_type, observed)))
}

fn read_credentials<'r>(
    request: &RawRequest<'r>,
    client: ClientParameters<'r>,
    authority: &Authority,
) -> Result<Credentials<'r>, Refusal> {
    if let Header::Once(value) = authorization(request, &client) {
        let basic = BasicCredentials::parse(value, authority.limits()).map_err(|error| {
            let cause = error.cause();
            let observed = form::basic(value, &error).into_iter().collect();
            Refusal::of(cause)
                .suspecting(Suspect::of_form(cause, observed))
                .stating(client.client_id.as_deref())
                .stating(Some(&form::client_id_in_header(value)))
        })?;
        let other = client.client_id.as_deref();
        if let Some(other) = other.filter(|client_id| *client_id != basic.client_id()) {
            let cause = Cause::ClientIdMismatch;
            let observed = vec![form::client_ids(basic.client_id(), other)];
            return Err(Refusal::of(cause)
                .suspecting(Suspect::of_form(cause, observed))
                .stating(Some(basic.client_id())));
        }
        check_present(Some(basic.client_id()), Some(basic.secret().raw), None)?;
        return Ok(Credentials::Basic(basic));
    }
    if client.has_assertion {
        return Err(Refusal::of(Cause::AssertionUnsupported).stating(client.client_id.as_deref()));
    }
    check_present(
        client.client_id.as_deref(),
        client
            .client_secret
            .as_ref()
            .map(|secret| secret.expose_secret()),
        Some(request.body),
    )?;
    match (client.client_id, client.client_secret) {
        (Some(client_id), Some(secret)) => Ok(Credentials::Post { client_id, secret }),
        _ => Err(Cause::CredentialsMissing.into()),
    }
}

/// Checks that the client id and the secret are present. An empty value counts as omitted (RFC 6749, section 3.2), in a Basic header as well.
fn check_present(
    client_id: Option<&str>,
    secret: Option<&str>,
    body: Option<&[u8]>,
) -> Result<(), Refusal> {
    let present = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
    let missing: &[&'static str] = match (present(client_id), present(secret)) {
        (true, true) => return Ok(()),
        (false, true) => &["client_id"],
        (true, false) => &["client_secret"],
        (false, false) => &["client_id", "client_secret"],
    };
    let cause = Cause::CredentialsMissing;
    let mut observed: Vec<Evidence> = missing
        .iter()
        .map(|parameter| Evidence::ParameterMissing {
            parameter: (*parameter).into(),
        })
        .collect();
    if let Some(body) = body {
        observed.extend(form::missing(missing, None, body));
    }
    let refusal = match missing {
        [missing] => Refusal::of(cause).echoing(missing),
        _ => Refusal::of(cause),
    };
    Err(refusal
        .suspecting(Suspect::of_form(cause, observed))
        .stating(client_id))
}

/// Returns the audiences, those that stand in one parameter with one space between them as values of their own: an audience has no space. A value with
/// an empty part, and whatever comes after more audiences than a request may name, stays as it is.
fn separate(audiences: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    let is_list = |audience: &Cow<'_, str>| audience.contains(' ');
    if !audiences.iter().any(is_list) {
        return audiences;
    }
    let mut separated = Vec::new();
    for audience in audiences {
        if !is_list(&audience) || audience.split(' ').any(str::is_empty) {
            separated.push(audience);
            continue;
        }
        let room = (MAX_AUDIENCES + 1).saturating_sub(separated.len());
        match audience {
            Cow::Borrowed(list) => separated.extend(list.split(' ').take(room).map(Cow::Borrowed)),
            Cow::Owned(list) => {
                let parts = list.split(' ').take(room);
                separated.extend(parts.map(|part| Cow::Owned(part.to_owned())));
            }
        }
    }
    separated
}

/// Collects what the form asks for. `audience` and `resource` both name targets; with both, the request asks for all of them.
fn asked<'r>(form: TokenRequest<'r>) -> Asked<'r> {
    let target = if form.resources.is_empty() {
        TargetParameter::Audience
    } else {
        TargetParameter::Resource
    };
    let mut audiences = separate(form.audiences);
    let resources_from = audiences.len();
    audiences.extend(form.resources);
    Asked {
        scope: form.scope,
        audiences,
        resources_from,
        target,
        ignored: None,
    }
}
