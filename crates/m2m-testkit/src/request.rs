//! A request to the token endpoint, as a client builds it.

use core::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_authority::flow::{Header, RawRequest};
use oauth_proto::{BasicCredentials, FormWriter};

use crate::SECRET;

/// A request to the token endpoint. It starts as a valid one; tests make it invalid.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    query: Option<String>,
    content_types: Vec<Vec<u8>>,
    authorizations: Vec<Vec<u8>>,
    parameters: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    address: Option<IpAddr>,
}

impl Request {
    /// Returns a request with only a method and a content type.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            method: "POST".to_owned(),
            query: None,
            content_types: vec![b"application/x-www-form-urlencoded".to_vec()],
            authorizations: Vec::new(),
            parameters: Vec::new(),
            body: None,
            address: None,
        }
    }

    /// Returns a client credentials request with [`SECRET`] in the body.
    #[must_use]
    pub fn token(client_id: &str) -> Self {
        Self::empty()
            .with("grant_type", "client_credentials")
            .with("client_id", client_id)
            .with("client_secret", SECRET)
    }

    /// Returns a client credentials request with a Basic header, form-encoded as RFC 6749, section 2.3.1 requires.
    #[must_use]
    pub fn token_by_header(client_id: &str, secret: &str) -> Self {
        Self::empty()
            .with("grant_type", "client_credentials")
            .authorization(BasicCredentials::write(client_id, secret).as_bytes())
    }

    /// Returns the same with the credentials not encoded, as many clients send them.
    #[must_use]
    pub fn token_by_raw_header(client_id: &str, secret: &str) -> Self {
        let value = format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")));
        Self::empty()
            .with("grant_type", "client_credentials")
            .authorization(value.as_bytes())
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces a parameter, wherever it is.
    #[must_use]
    pub fn replacing(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    /// Removes a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(own, _)| own != name);
        self
    }

    /// Adds an audience.
    #[must_use]
    pub fn audience(self, audience: &str) -> Self {
        self.with("audience", audience)
    }

    /// Adds a resource indicator.
    #[must_use]
    pub fn resource(self, resource: &str) -> Self {
        self.with("resource", resource)
    }

    /// Adds a scope.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// Replaces the secret in the body.
    #[must_use]
    pub fn secret(self, secret: &str) -> Self {
        self.replacing("client_secret", secret)
    }

    /// Adds an `Authorization` field.
    #[must_use]
    pub fn authorization(mut self, value: &[u8]) -> Self {
        self.authorizations.push(value.to_vec());
        self
    }

    /// Replaces the content type, or removes it with `None`.
    #[must_use]
    pub fn content_type(mut self, value: Option<&str>) -> Self {
        self.content_types = value
            .map(|value| value.as_bytes().to_vec())
            .into_iter()
            .collect();
        self
    }

    /// Adds a `Content-Type` field.
    #[must_use]
    pub fn another_content_type(mut self, value: &str) -> Self {
        self.content_types.push(value.as_bytes().to_vec());
        self
    }

    /// Sets the method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Sets the query.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.query = Some(query.to_owned());
        self
    }

    /// Sets a body instead of the parameters.
    #[must_use]
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        self
    }

    /// Sets the address of the caller.
    #[must_use]
    pub fn from_address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Returns the bytes of the body.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        if let Some(body) = &self.body {
            return body.clone();
        }
        let mut form = FormWriter::new();
        for (name, value) in &self.parameters {
            form.append(name, value);
        }
        form.finish().into_bytes()
    }

    /// Returns the request in the form that the first step takes, with this body.
    #[must_use]
    pub fn raw<'r>(&'r self, body: &'r [u8]) -> RawRequest<'r> {
        RawRequest {
            method: &self.method,
            query: self.query.as_deref().map(str::as_bytes),
            content_type: self
                .content_types
                .iter()
                .map(Vec::as_slice)
                .collect::<Header<'_>>(),
            authorization: self
                .authorizations
                .iter()
                .map(Vec::as_slice)
                .collect::<Header<'_>>(),
            body,
            address: self.address,
        }
    }

    pub(crate) const fn address_of_caller(&self) -> Option<IpAddr> {
        self.address
    }
}
