//! One record by its name, and pages of many.
//!
//! First the rows of a page are found, from indexes alone, then their documents are read. Each order ends in the id: ids sort by
//! age, and the end of a page is a place in the order even if the last record has been deleted since.

use m2m_authority::registry::{Application, Organization};
use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, Row, Transaction};

use super::document::{self, Document};
use super::fault::Fault;
use super::{column, search};
use crate::{
    ApplicationPage, Cursor, Filter, List, Named, Page, PageBudget, RecordId, Sort, Stored,
};

/// A table of records that are listed.
#[derive(Clone, Copy)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// The column that people know records by.
    pub(super) identifier: &'static str,
    /// The table with the characters of its records.
    pub(super) search: &'static str,
}

const APPLICATIONS: Table = Table {
    name: "application",
    identifier: "client_id",
    search: "application_search",
};

const ORGANIZATIONS: Table = Table {
    name: "organization",
    identifier: "code",
    search: "organization_search",
};

const ALL: &str = "SELECT seq FROM application WHERE true";
const AUTHORIZED_FOR: &str = "SELECT application FROM application_api WHERE audience = ?1";
const WITH_DEFAULT_AUDIENCE: &str = "SELECT seq FROM application WHERE default_audience = ?1";
const OF_ORGANIZATION: &str = "SELECT seq FROM application WHERE organization = ?1";
const OF_OWNER: &str = "SELECT seq FROM application WHERE owner = ?1";
const WITH_PROPERTY: &str = "SELECT application FROM application_property WHERE key = ?1";

pub(super) fn application(
    connection: &Connection,
    named: Named<'_>,
) -> Result<Option<Stored<Application>>, Fault> {
    let (column, value): (_, &dyn ToSql) = match &named {
        Named::Id(id) => ("id", id.as_bytes()),
        Named::ClientId(client_id) => ("client_id", client_id),
    };
    one(connection, APPLICATIONS, column, value)
}

pub(super) fn organization(
    connection: &Connection,
    code: &str,
) -> Result<Option<Stored<Organization>>, Fault> {
    one(connection, ORGANIZATIONS, "code", &code)
}

pub(super) fn has_system_user(connection: &Connection, name: &str) -> Result<bool, Fault> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM application WHERE system_user = ?1")?
        .exists([name])?)
}

pub(super) fn applications(
    connection: &mut Connection,
    list: &List<'_>,
) -> Result<ApplicationPage, Fault> {
    applications_in(&connection.transaction()?, list)
}

/// Reads a page of applications in a transaction.
pub(super) fn applications_in(
    transaction: &Transaction<'_>,
    list: &List<'_>,
) -> Result<ApplicationPage, Fault> {
    let wanted = list.most.saturating_add(1);
    let of = |from, value| {
        let asked = Asked {
            value,
            question: "",
        };
        rows(transaction, from, asked, list, wanted)
    };
    let rows = match list.filter {
        Filter::All => of(ALL, ""),
        Filter::Containing(text) => {
            search::containing(transaction, APPLICATIONS, text, list, wanted)
        }
        Filter::AuthorizedFor(audience) => of(AUTHORIZED_FOR, audience),
        Filter::WithDefaultAudience(audience) => of(WITH_DEFAULT_AUDIENCE, audience),
        Filter::OfOrganization(code) => of(OF_ORGANIZATION, code),
        Filter::OfOwner(owner) => of(OF_OWNER, owner),
        Filter::WithProperty(key) => of(WITH_PROPERTY, key),
    };
    page(transaction, APPLICATIONS, rows?, list.most)
}

pub(super) fn organizations(
    connection: &mut Connection,
    list: &List<'_>,
) -> Result<Page<Organization>, Fault> {
    let transaction = connection.transaction()?;
    let wanted = list.most.saturating_add(1);
    let rows = match list.filter {
        Filter::All => {
            let from = "SELECT seq FROM organization WHERE true";
            rows(&transaction, from, Asked::default(), list, wanted)?
        }
        Filter::Containing(text) => {
            search::containing(&transaction, ORGANIZATIONS, text, list, wanted)?
        }
        Filter::AuthorizedFor(_)
        | Filter::WithDefaultAudience(_)
        | Filter::OfOrganization(_)
        | Filter::OfOwner(_)
        | Filter::WithProperty(_) => Vec::new(),
    };
    page(&transaction, ORGANIZATIONS, rows, list.most)
}

/// The parameters of a query, apart from a place in an order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// The value of a filter, as `?1`.
    pub(super) value: &'a str,
    /// The query of a table of characters, as `?2`.
    pub(super) question: &'a str,
}

/// Returns the rows that a query finds from the beginning of the list on, in its order.
pub(super) fn rows(
    connection: &Connection,
    from: &str,
    asked: Asked<'_>,
    list: &List<'_>,
    wanted: usize,
) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached(&in_order(from, list.sort))?;
    let (name, id) = place(list);
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let mut found = statement.query((asked.value, asked.question, name, id, limit))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(row.get(0)?);
    }
    Ok(rows)
}

/// Returns the same query from a place in an order on.
fn in_order(from: &str, sort: Sort) -> String {
    let (after, order) = match sort {
        Sort::Age => ("id > ?4", "id"),
        Sort::NameAscending => ("(name, id) > (?3, ?4)", "name, id"),
        Sort::NameDescending => ("(name, id) < (?3, ?4)", "name DESC, id DESC"),
    };
    format!("{from} AND {after} ORDER BY {order} LIMIT ?5")
}

/// Returns the name and the id after which a page begins. For the first page they come before all records in the order: a blob is
/// greater than every text, and the empty one less than every other blob.
fn place(list: &List<'_>) -> (Value, Vec<u8>) {
    match (list.after, list.sort) {
        (Some(cursor), _) => (
            Value::Text(cursor.name.to_string()),
            cursor.id.as_bytes().to_vec(),
        ),
        (None, Sort::Age | Sort::NameAscending) => (Value::Text(String::new()), Vec::new()),
        (None, Sort::NameDescending) => (Value::Blob(Vec::new()), Vec::new()),
    }
}

/// Reads the records of these rows, up to the maximum size of a page. One row beyond the maximum number shows that there are more.
fn page<T: Document>(
    connection: &Connection,
    table: Table,
    mut rows: Vec<i64>,
    most: usize,
) -> Result<Page<T>, Fault> {
    let mut more = rows.len() > most;
    rows.truncate(most);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, created_at, updated_at, document, name FROM {} WHERE seq = ?1",
        table.name
    ))?;
    let mut records = Vec::with_capacity(rows.len());
    let mut budget = PageBudget::default();
    let mut last = None;
    for row in rows {
        let mut found = statement.query([row])?;
        if let Some(row) = found.next()? {
            if !budget.takes(row.get_ref(3)?.as_str()?.len()) {
                more = true;
                break;
            }
            let record: Stored<T> = stored(row)?;
            last = Some((record.id, row.get(4)?));
            records.push(record);
        }
    }
    let next = last
        .filter(|_| more)
        .map(|(id, name): (RecordId, Box<str>)| Cursor { name, id });
    Ok(Page { records, next })
}

fn one<T: Document>(
    connection: &Connection,
    table: Table,
    column: &str,
    value: &dyn ToSql,
) -> Result<Option<Stored<T>>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, created_at, updated_at, document FROM {} WHERE {column} = ?1",
        table.name
    ))?;
    let mut rows = statement.query([value])?;
    rows.next()?.map(stored).transpose()
}

/// Reads the record of a row with its id, its times and its document.
pub(super) fn stored<T: Document>(row: &Row<'_>) -> Result<Stored<T>, Fault> {
    Ok(Stored {
        id: column::record_id(row, 0)?,
        created_at: column::time(row, 1)?,
        updated_at: column::time(row, 2)?,
        value: document::read(row.get_ref(3)?.as_str()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::migrations::Schema;
    use super::*;

    /// Returns the query plan of the database for a query.
    fn plan(connection: &Connection, query: &str) -> String {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .expect("a query");
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().expect("a step") {
            steps.push(
                row.get::<_, String>(3)
                    .expect("the description of the step"),
            );
        }
        steps.join("; ")
    }

    #[test]
    fn a_page_is_found_in_an_index_and_never_sorted() {
        let mut connection = Connection::open_in_memory().unwrap();
        let empty = Schema::of(&connection).unwrap();
        empty.migrate(&mut connection).unwrap();
        for from in [
            ALL,
            AUTHORIZED_FOR,
            WITH_DEFAULT_AUDIENCE,
            OF_ORGANIZATION,
            WITH_PROPERTY,
        ] {
            for sort in [Sort::Age, Sort::NameAscending, Sort::NameDescending] {
                let plan = plan(&connection, &in_order(from, sort));
                assert!(plan.starts_with("SEARCH "), "{from} {sort:?}: {plan}");
                assert!(plan.contains(" USING COVERING INDEX "), "{plan}");
                assert!(!plan.contains(';'), "the plan has one step: {plan}");
            }
        }
    }
}
