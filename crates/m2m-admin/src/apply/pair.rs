//! Pairs of a record in the registry and its declaration in the file.

use std::collections::HashMap;

use m2m_authority::registry::Application;
use m2m_store::Stored;

use crate::record::Managed;
use crate::{Mistake, World};

/// The pairs of records in the registry and declarations in the file.
#[derive(Debug)]
pub(super) struct Pairs {
    /// The position in the file for each record of the registry.
    pub(super) in_file: Vec<Option<usize>>,
    /// The positions in the file of records that are not in the registry.
    pub(super) new: Vec<usize>,
}

impl Pairs {
    fn none(stored: usize) -> Self {
        Self {
            in_file: vec![None; stored],
            new: Vec::new(),
        }
    }

    /// Pairs a record of the registry with one of the file. If the former has a pair already, that of the file is a new record.
    fn add(&mut self, stored: Option<usize>, declared: usize) {
        let place = stored.and_then(|stored| self.in_file.get_mut(stored));
        match place {
            Some(place @ None) => *place = Some(declared),
            Some(Some(_)) | None => self.new.push(declared),
        }
    }

    fn is_free(&self, stored: usize) -> bool {
        self.in_file.get(stored).is_some_and(Option::is_none)
    }

    /// Returns the records of the registry that are not in the file.
    pub(super) fn left<'s, T>(
        &self,
        stored: &'s [Stored<T>],
    ) -> impl Iterator<Item = &'s Stored<T>> {
        stored
            .iter()
            .zip(&self.in_file)
            .filter(|(_, in_file)| in_file.is_none())
            .map(|(stored, _)| stored)
    }
}

/// Pairs records that have the same identifier.
pub(super) fn by_identifier<T: Managed>(stored: &[Stored<T>], declared: &[T]) -> Pairs {
    let positions: HashMap<&str, usize> = stored
        .iter()
        .enumerate()
        .map(|(position, stored)| (stored.value.identifier(), position))
        .collect();
    let mut pairs = Pairs::none(stored.len());
    for (position, declared) in declared.iter().enumerate() {
        pairs.add(positions.get(declared.identifier()).copied(), position);
    }
    pairs
}

/// Pairs applications by client id. Applications of the file without a client id are paired by name with the remaining ones.
///
/// # Errors
///
/// A mistake if a name is ambiguous.
pub(super) fn applications(
    stored: &[Stored<Application>],
    world: &World,
) -> Result<Pairs, Mistake> {
    let mut by_client_id: HashMap<&str, usize> = HashMap::with_capacity(stored.len());
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::with_capacity(stored.len());
    for (position, stored) in stored.iter().enumerate() {
        by_client_id.insert(&stored.value.client_id, position);
        by_name
            .entry(&stored.value.spec.name)
            .or_default()
            .push(position);
    }
    let mut pairs = Pairs::none(stored.len());
    for (position, declared) in world.applications.iter().enumerate() {
        if let Some(client_id) = &declared.client_id {
            pairs.add(by_client_id.get(&**client_id).copied(), position);
        }
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (position, declared) in world.applications.iter().enumerate() {
        if declared.client_id.is_some() {
            continue;
        }
        let name = &*declared.spec.name;
        if let Some(earlier) = seen.insert(name, position) {
            return Err(world.repeated_name(position, earlier));
        }
        let named = by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut free = named.iter().copied().filter(|named| pairs.is_free(*named));
        let (first, second) = (free.next(), free.next());
        if second.is_some() {
            let client_ids: Vec<&str> = named
                .iter()
                .filter(|named| pairs.is_free(**named))
                .filter_map(|named| stored.get(*named))
                .map(|stored| &*stored.value.client_id)
                .collect();
            return Err(world.ambiguous_name(position, &client_ids));
        }
        pairs.add(first, position);
    }
    Ok(pairs)
}
