//! Reads the resources of a state, many rows at a time.
//!
//! Invariant: what is read is one moment's state, whole or an error that names the resource. Every row that the connection's thread
//! hands over costs more than the row itself, so they come in parts of many, each a JSON list that SQLite joins.

use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use strata_graph::Address;
use strata_plan::{Failure, ResourceState};

use crate::error::StoreError;
use crate::sqlite::unreadable;

/// How many resources are handed over at once.
const PART: i64 = 256;

/// The resources of a scope, or all. To be called in a transaction: the parts are several statements.
pub(crate) async fn resources(
    connection: &mut SqliteConnection,
    scope: Option<&str>,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Vec<ResourceState>, StoreError> {
    let rows = match scope {
        Some(_) => "SELECT rowid AS sequence, body FROM resources WHERE scope = ?2 AND rowid > ?1 ORDER BY rowid LIMIT ?3",
        None => "SELECT rowid AS sequence, body FROM resources WHERE ?2 IS NULL AND rowid > ?1 ORDER BY rowid LIMIT ?3",
    };
    let statement = format!("SELECT max(sequence) AS last, count(*) AS number, '[' || group_concat(body) || ']' AS part FROM ({rows})");
    let mut all = Vec::new();
    let mut after = 0_i64;
    loop {
        let query = sqlx::query(AssertSqlSafe(statement.as_str())).bind(after).bind(scope).bind(PART);
        let row = query.fetch_one(&mut *connection).await.map_err(&failed)?;
        // Of no rows there is no last.
        let Some(last) = row.get::<Option<i64>, _>("last") else { return Ok(all) };
        match serde_json::from_str::<Vec<ResourceState>>(row.get("part")) {
            Ok(part) if i64::try_from(part.len()) == Ok(row.get("number")) => all.extend(part),
            _ => all.extend(one_by_one(connection, scope, after, last, &failed).await?),
        }
        after = last;
    }
}

/// What keeps failing. To be called in the transaction that reads the rest.
pub(crate) async fn failures(
    connection: &mut SqliteConnection,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Vec<(Address, Failure)>, StoreError> {
    let rows = sqlx::query("SELECT address, body FROM failures ORDER BY address").fetch_all(connection).await.map_err(failed)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let written: String = row.get("address");
        let address = written.parse().map_err(|_| StoreError::Import(format!("'{written}' in the state is no address")))?;
        all.push((address, serde_json::from_str(row.get("body")).map_err(unreadable(format!("failures of {written}")))?));
    }
    Ok(all)
}

/// The same part row by row, to say which resource cannot be read.
async fn one_by_one(
    connection: &mut SqliteConnection,
    scope: Option<&str>,
    after: i64,
    last: i64,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Vec<ResourceState>, StoreError> {
    let rows = sqlx::query("SELECT address, body FROM resources WHERE rowid > ?1 AND rowid <= ?2 AND (?3 IS NULL OR scope = ?3)")
        .bind(after)
        .bind(last)
        .bind(scope)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| serde_json::from_str(row.get("body")).map_err(|error| unreadable(row.get::<String, _>("address"))(error)))
        .collect()
}
