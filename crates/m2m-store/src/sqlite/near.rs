//! The search for applications with nearly the client id that was presented, without a look at all of them.
//!
//! A client id that was mistyped once begins or ends like the right one. So its neighbors in the alphabetical order of client
//! ids, read forwards and backwards, are compared, and the nearest of these are returned. The cost of a diagnosis does not grow with
//! the registry.

use rusqlite::{Connection, Transaction};

use super::fault::Fault;

/// The number of neighbors on each side, in each order. 128 comparisons take a millisecond at most.
const NEIGHBORS: i64 = 32;

/// The maximum length of a client id that is compared. A longer one is not a typing error, and comparing it would be costly. Unit: bytes.
const LONGEST: usize = 256;

/// Returns a client id without the differences that people overlook: case, space and punctuation.
pub(super) fn fold(client_id: &str) -> String {
    client_id
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// Returns the same characters in reverse order.
pub(super) fn backwards(folded: &str) -> String {
    folded.chars().rev().collect()
}

/// Returns the rows of the applications nearest to a client id, the nearest first.
pub(super) fn applications(
    transaction: &Transaction<'_>,
    client_id: &str,
    most: usize,
) -> Result<Vec<i64>, Fault> {
    if most == 0 || client_id.len() > LONGEST {
        return Ok(Vec::new());
    }
    let folded = fold(client_id);
    let reversed = backwards(&folded);
    let mut near: Vec<(usize, i64)> = Vec::new();
    for (query, from) in [
        (
            "SELECT seq, folded FROM application WHERE folded >= ?1 ORDER BY folded LIMIT ?2",
            &folded,
        ),
        (
            "SELECT seq, folded FROM application WHERE folded < ?1 ORDER BY folded DESC LIMIT ?2",
            &folded,
        ),
        (
            "SELECT seq, folded FROM application WHERE folded_backwards >= ?1
             ORDER BY folded_backwards LIMIT ?2",
            &reversed,
        ),
        (
            "SELECT seq, folded FROM application WHERE folded_backwards < ?1
             ORDER BY folded_backwards DESC LIMIT ?2",
            &reversed,
        ),
    ] {
        neighbors(transaction, query, from, &folded, &mut near)?;
    }
    near.sort_unstable();
    near.dedup();
    Ok(near.into_iter().map(|(_, row)| row).take(most).collect())
}

fn neighbors(
    connection: &Connection,
    query: &str,
    from: &str,
    folded: &str,
    near: &mut Vec<(usize, i64)>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query((from, NEIGHBORS))?;
    while let Some(row) = rows.next()? {
        let errors = strsim::levenshtein(folded, row.get_ref(1)?.as_str()?);
        near.push((errors, row.get(0)?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_removes_case_space_and_punctuation() {
        assert_eq!(fold(" My.Trusted-App/Service\n"), "mytrustedappservice");
        assert_eq!(backwards("abc"), "cba");
    }
}
