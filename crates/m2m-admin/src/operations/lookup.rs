//! The lookup of records by the names in paths and bodies.

use m2m_api::Operation;
use m2m_authority::registry::{Api, Application, Organization, Property, fill_in_issuer};
use m2m_store::{Backend, Named, RecordId, Stored};

use super::Result;
use crate::entity_tag::entity_tag;
use crate::manager::Decision;
use crate::perform::Call;
use crate::record::Managed;
use crate::{Host, Manager, OperationError};

/// Returns the API with this id, audience or alias.
pub(super) fn api<'a>(
    apis: &'a [Stored<Api>],
    named: &str,
    issuer: &str,
) -> Result<&'a Stored<Api>> {
    let id = RecordId::parse(named);
    // The management API comes first: an API whose audience is the resolved text of a placeholder is not the one that is served.
    let by_placeholder = apis.iter().filter(|stored| stored.value.is_management());
    let is_called = |stored: &&Stored<Api>| {
        let mut names = core::iter::once(&stored.value.audience).chain(&stored.value.aliases);
        Some(stored.id) == id
            || names.any(|name| **name == *named || fill_in_issuer(name, issuer) == *named)
    };
    let found = by_placeholder.chain(apis).find(is_called);
    found.ok_or_else(|| OperationError::ApiNotFound(named.into()))
}

/// Returns the APIs of the registry.
pub(super) async fn apis<H: Host>(manager: &Manager<H>) -> Result<Vec<Stored<Api>>> {
    Ok(manager.host().registry().outline().await?.apis)
}

/// Returns the id of a scope, which is derived from the id of the API and the key: a scope that is deleted and created again has the same id.
pub(super) fn scope_id(api: RecordId, key: &str) -> String {
    let digest = m2m_jwt::sha256(&[api.as_bytes(), key.as_bytes()].concat());
    let mut id = [0; 16];
    id.iter_mut()
        .zip(digest)
        .for_each(|(own, byte)| *own = byte);
    RecordId::from_bytes(id).to_string()
}

/// Returns the position of the scope with this id or key.
pub(super) fn scope(api: &Stored<Api>, named: &str) -> Result<usize> {
    let mut scopes = api.value.scopes.iter();
    scopes
        .position(|scope| *scope.key == *named || scope_id(api.id, &scope.key) == named)
        .ok_or_else(|| OperationError::ScopeNotFound(named.into()))
}

/// Returns the application with this id or client id.
pub(super) async fn application<B: Backend>(
    registry: &B,
    named: &str,
) -> Result<Stored<Application>> {
    if let Some(id) = RecordId::parse(named)
        && let Some(stored) = registry.application(Named::Id(id)).await?
    {
        return Ok(stored);
    }
    let found = registry.application(Named::ClientId(named)).await?;
    found.ok_or_else(|| OperationError::ApplicationNotFound(named.into()))
}

/// Returns the organization with this code.
pub(super) async fn organization<B: Backend>(
    registry: &B,
    code: &str,
) -> Result<Stored<Organization>> {
    let found = registry.organization(code).await?;
    found.ok_or_else(|| OperationError::OrganizationNotFound(code.into()))
}

/// Returns the property with this id or key.
pub(super) fn property<'p>(
    properties: &'p [Stored<Property>],
    named: &str,
) -> Result<&'p Stored<Property>> {
    let id = RecordId::parse(named);
    properties
        .iter()
        .find(|stored| Some(stored.id) == id || stored.value.identifier() == named)
        .ok_or_else(|| OperationError::PropertyNotFound(named.into()))
}

/// The lookup of the records that a path names, for a change. If the caller names a version, it is compared.
impl<H: Host> Decision<'_, H> {
    pub(super) fn api<O: Operation>(&self, call: &Call<O>, named: &str) -> Result<Stored<Api>> {
        seen(call, api(&self.apis, named, self.issuer())?.clone())
    }

    pub(super) async fn application<O: Operation>(
        &self,
        call: &Call<O>,
        named: &str,
    ) -> Result<Stored<Application>> {
        seen(call, application(self.registry(), named).await?)
    }

    pub(super) async fn organization<O: Operation>(
        &self,
        call: &Call<O>,
        code: &str,
    ) -> Result<Stored<Organization>> {
        seen(call, organization(self.registry(), code).await?)
    }

    pub(super) fn property<O: Operation>(
        &self,
        call: &Call<O>,
        named: &str,
    ) -> Result<Stored<Property>> {
        seen(call, property(&self.properties, named)?.clone())
    }
}

fn seen<O: Operation, T: Managed>(call: &Call<O>, stored: Stored<T>) -> Result<Stored<T>> {
    call.check_version(&entity_tag(&stored))?;
    Ok(stored)
}
