//! The links from the answer of one operation to the operations that can follow it.

use serde_json::{Map, Value, json};

use super::table::descriptions;

/// An operation that creates a record, with the places in its answer and its request of the names that paths of other operations contain.
struct Source {
    id: &'static str,
    names: &'static [(&'static str, &'static str)],
}

const SOURCES: &[Source] = &[
    Source {
        id: "createApi",
        names: &[("api_id", "$response.body#/api/id")],
    },
    Source {
        id: "createApiScope",
        names: &[
            ("api_id", "$request.path.api_id"),
            ("scope_id", "$response.body#/scope/id"),
        ],
    },
    Source {
        id: "createApplication",
        names: &[("application_id", "$response.body#/application/id")],
    },
    Source {
        id: "rotateApplicationSecret",
        names: &[
            ("application_id", "$request.path.application_id"),
            ("secret_id", "$response.body#/secret/id"),
        ],
    },
    Source {
        id: "createProperty",
        names: &[("property_id", "$response.body#/property/id")],
    },
    Source {
        id: "createOrganization",
        names: &[("org_code", "$response.body#/organization/code")],
    },
];

/// Returns the links of the answer of this operation: to all operations whose path contains the last of its names and is filled in by them.
pub(super) fn links(id: &str) -> Map<String, Value> {
    let Some(source) = SOURCES.iter().find(|source| source.id == id) else {
        return Map::new();
    };
    let Some((made, _)) = source.names.last() else {
        return Map::new();
    };
    let expression = |place: &str| {
        let mut names = source.names.iter();
        names
            .find(|(name, _)| *name == place)
            .map(|(_, expression)| *expression)
    };
    let mut links = Map::new();
    for description in descriptions() {
        let places: Vec<&str> = description
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let filled: Option<Map<String, Value>> = places
            .iter()
            .map(|place| Some(((*place).to_owned(), json!(expression(place)?))))
            .collect();
        if let (true, Some(parameters)) = (places.contains(made), filled) {
            let link = json!({ "operationId": description.id, "parameters": parameters });
            links.insert(description.id.to_owned(), link);
        }
    }
    if id == "createOrganization" {
        let body = json!({ "name": "Billing job", "type": "m2m", "org_code": "$response.body#/organization/code" });
        let link = json!({ "operationId": "createApplication", "requestBody": body });
        links.insert("createApplication".to_owned(), link);
    }
    links
}
