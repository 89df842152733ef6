//! The writer: one task owns the writing connection and commits many callers' writes in one transaction.
//!
//! Invariants: a caller is answered after the transaction that holds all its writes is on disk, and only its own mistake fails it; what
//! many callers write costs one flush of the disk and a few statements, each of many rows (every statement is a trip to the
//! connection's thread and back, which for a single row costs more than the row).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use strata_graph::{Address, Scope};
use strata_plan::{FailedTry, Failure, ResourceState};
use strata_policy::Finding;
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::findings;
use crate::machine::Machine;
use crate::model::{Intent, Outcome, RunId, RunStatus, StepRecord, Write};
use crate::sqlite::{database, run_number, unreadable, written};

/// How many callers' writes go into one transaction at most.
const BATCH: usize = 4096;

/// How many rows go into one statement at most; a power of two, as all sizes are, so that few different statements are prepared.
const ROWS: usize = 128;

/// What one caller writes.
pub(crate) struct Batch {
    pub writes: Vec<Write>,
    pub done: oneshot::Sender<Result<(), StoreError>>,
}

/// Takes what has queued up, writes it in one transaction, and tells each caller.
pub(crate) async fn write_all(
    mut connection: SqliteConnection,
    options: SqliteConnectOptions,
    mut queue: mpsc::Receiver<Batch>,
    path: PathBuf,
    machine: Arc<dyn Machine>,
) {
    while let Some(first) = queue.recv().await {
        let mut batches = vec![first];
        while batches.len() < BATCH {
            match queue.try_recv() {
                Ok(next) => batches.push(next),
                Err(_) => break,
            }
        }
        match commit(&mut connection, batches.iter().map(|batch| batch.writes.as_slice()), &path, &*machine).await {
            Ok(()) => {
                for batch in batches {
                    // A caller that went away needs no answer.
                    let _ = batch.done.send(Ok(()));
                }
            }
            Err(_) => {
                // One bad write must not fail its neighbours, and its caller must hear why: each alone.
                for batch in batches {
                    connection = anew(connection, &options).await;
                    let result = commit(&mut connection, std::iter::once(batch.writes.as_slice()), &path, &*machine).await;
                    let _ = batch.done.send(result);
                }
                connection = anew(connection, &options).await;
            }
        }
    }
}

/// Another connection in the place of one whose transaction failed: SQLite itself rolls back when the disk is full, which the connection does
/// not know, so that it would refuse every later write. The old one where there is none: its next write says why.
async fn anew(old: SqliteConnection, options: &SqliteConnectOptions) -> SqliteConnection {
    SqliteConnection::connect_with(options).await.unwrap_or(old)
}

async fn commit<'a>(
    connection: &mut SqliteConnection,
    callers: impl Iterator<Item = &'a [Write]>,
    path: &Path,
    machine: &dyn Machine,
) -> Result<(), StoreError> {
    let failed = database(path, "cannot be written");
    let gathered = Gathered::of(callers);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
    gathered.apply(&mut transaction, &written(machine.now()), &failed).await?;
    transaction.commit().await.map_err(&failed)
}

/// The writes of one transaction by kind. Their order among kinds means nothing, since a caller waits for an intent before it has an
/// outcome; of what concerns one resource the last write counts.
#[derive(Default)]
struct Gathered<'a> {
    /// The runs that write, with how often each wrote resources.
    fences: BTreeMap<&'a RunId, i64>,
    steps: Vec<(&'a RunId, &'a [StepRecord])>,
    intents: Vec<&'a Intent>,
    outcomes: BTreeMap<&'a str, &'a Outcome>,
    moved: BTreeSet<&'a Scope>,
    resources: BTreeMap<&'a Address, Option<&'a ResourceState>>,
    refreshed: Vec<(&'a ResourceState, &'a ResourceState)>,
    findings: Vec<&'a Finding>,
    /// What came of a run's work on a resource: its failure, or that it succeeded.
    tried: BTreeMap<&'a Address, Option<&'a FailedTry>>,
}

impl<'a> Gathered<'a> {
    fn of(callers: impl Iterator<Item = &'a [Write]>) -> Self {
        let mut all = Self::default();
        for writes in callers {
            all.add(writes);
        }
        all
    }

    fn add(&mut self, writes: &'a [Write]) {
        let all = self;
        let put = writes.iter().any(|write| matches!(write, Write::Put(_) | Write::Remove(_)));
        for write in writes {
            match write {
                Write::Fence(run) => *all.fences.entry(run).or_default() += i64::from(put),
                Write::Steps { run, steps } => all.steps.push((run, steps)),
                Write::Intent(intent) => all.intents.push(intent),
                Write::Outcome { token, outcome } => {
                    all.outcomes.insert(token, outcome);
                }
                Write::Put(resource) => {
                    all.resources.insert(&resource.address, Some(resource));
                }
                Write::Moved(scope) => {
                    all.moved.insert(scope);
                }
                Write::Remove(address) => {
                    all.resources.insert(address, None);
                }
                Write::Failed(failed) => {
                    all.tried.insert(&failed.address, Some(failed));
                }
                Write::Succeeded(address) => {
                    all.tried.insert(address, None);
                }
                Write::Refresh { was, now } => all.refreshed.push((was, now)),
                Write::Finding(finding) => all.findings.push(finding),
            }
        }
    }

    async fn apply(
        self,
        connection: &mut SqliteConnection,
        at: &str,
        failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
    ) -> Result<(), StoreError> {
        for run in self.fences.keys() {
            let status: Option<String> = sqlx::query_scalar("SELECT status FROM runs WHERE number = ?")
                .bind(run_number(run))
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
            let status = status.unwrap_or_else(|| "unknown".to_owned());
            if status != RunStatus::Running.word() {
                return Err(StoreError::Fenced { run: run.0.clone(), status });
            }
        }
        for (run, steps) in self.steps {
            let body = serde_json::to_string(steps).map_err(unreadable("steps"))?;
            sqlx::query("UPDATE runs SET steps = ? WHERE number = ?")
                .bind(body)
                .bind(run_number(run))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        intend(connection, &self.intents, at, failed).await?;
        let outcomes: Vec<(&str, &Outcome)> = self.outcomes.into_iter().collect();
        settle(connection, &outcomes, at, failed).await?;
        // Nor is a plan from before what the run has just seen one against this state: a run that dies now never ends and says so.
        for (run, times) in self.fences.iter().filter(|(_, times)| **times > 0) {
            grow(connection, run_number(run), *times, failed).await?;
        }
        for scope in self.moved {
            sqlx::query("UPDATE scopes SET serial = serial + 1 WHERE scope = ?")
                .bind(scope.to_string())
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        for finding in self.findings {
            findings::put(connection, finding, failed).await?;
        }
        for (address, failure) in self.tried {
            count_failure(connection, address, failure, at, failed).await?;
        }
        let (mut put, mut removed) = (Vec::new(), Vec::new());
        for (was, now) in self.refreshed {
            // Who writes it in this very transaction knows more, too.
            if !self.resources.contains_key(&was.address) && stands_as(connection, was, failed).await? {
                put.push(now);
            }
        }
        for (address, resource) in self.resources {
            match resource {
                Some(resource) => put.push(resource),
                None => removed.push(address),
            }
        }
        keep(connection, &put, failed).await?;
        for part in chunks(&removed) {
            let statement = format!("DELETE FROM resources WHERE address IN ({})", rows("?", part.len()));
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for address in part {
                query = query.bind(address.as_str());
            }
            query.execute(&mut *connection).await.map_err(failed)?;
        }
        Ok(())
    }
}

/// Counts one more failure of a resource, or forgets all.
async fn count_failure(
    connection: &mut SqliteConnection,
    address: &Address,
    failure: Option<&FailedTry>,
    at: &str,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    let Some(failure) = failure else {
        sqlx::query("DELETE FROM failures WHERE address = ?").bind(address.as_str()).execute(connection).await.map_err(failed)?;
        return Ok(());
    };
    let known: Option<String> = sqlx::query_scalar("SELECT body FROM failures WHERE address = ?")
        .bind(address.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let known: Option<Failure> =
        known.map(|body| serde_json::from_str(&body)).transpose().map_err(unreadable(format!("failures of {address}")))?;
    put_failure(connection, address, &Failure::after(known, failure.clone(), at.to_owned()), failed).await
}

/// Writes down what keeps failing, over what was known of it.
pub(crate) async fn put_failure(
    connection: &mut SqliteConnection,
    address: &Address,
    failure: &Failure,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO failures (address, scope, body) VALUES (?, ?, ?) ON CONFLICT (address) DO UPDATE SET body = excluded.body")
        .bind(address.as_str())
        .bind(address.scope().to_string())
        .bind(serde_json::to_string(failure).map_err(unreadable("a failure"))?)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Whether a resource is still on record as it was read.
async fn stands_as(
    connection: &mut SqliteConnection,
    was: &ResourceState,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<bool, StoreError> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM resources WHERE address = ?")
        .bind(was.address.as_str())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    let Some(body) = body else { return Ok(false) };
    let stands: ResourceState = serde_json::from_str(&body).map_err(unreadable(was.address.to_string()))?;
    Ok(stands == *was)
}

async fn intend(
    connection: &mut SqliteConnection,
    intents: &[&Intent],
    at: &str,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    for part in chunks(intents) {
        let statement = format!("INSERT INTO journal (token, run, intent, intended) VALUES {}", rows("(?, ?, ?, ?)", part.len()));
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for intent in part {
            let body = serde_json::to_string(intent).map_err(unreadable("an intent"))?;
            query = query.bind(&intent.token).bind(run_number(&intent.run)).bind(body).bind(at);
        }
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn settle(
    connection: &mut SqliteConnection,
    outcomes: &[(&str, &Outcome)],
    at: &str,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    let mut settled: BTreeMap<i64, i64> = BTreeMap::new();
    for part in chunks(outcomes) {
        // In SQLite the columns of VALUES are named column1, column2.
        let statement = format!(
            "UPDATE journal SET settled = ?, outcome = given.column2 FROM (VALUES {}) AS given WHERE journal.token = given.column1",
            rows("(?, ?)", part.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(at);
        for (token, outcome) in part {
            query = query.bind(*token).bind(serde_json::to_string(outcome).map_err(unreadable("an outcome"))?);
        }
        query.execute(&mut *connection).await.map_err(failed)?;
        let statement = format!("SELECT run, count(*) FROM journal WHERE token IN ({}) GROUP BY run", rows("?", part.len()));
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (token, _) in part {
            query = query.bind(*token);
        }
        for row in query.fetch_all(&mut *connection).await.map_err(failed)? {
            *settled.entry(row.get(0)).or_default() += row.get::<i64, _>(1);
        }
    }
    // Whoever planned before this was known planned against another state: the serial grows by one for each outcome.
    for (run, count) in settled {
        grow(connection, run, count, failed).await?;
    }
    Ok(())
}

/// Makes the serials of a run's scopes grow.
async fn grow(
    connection: &mut SqliteConnection,
    run: i64,
    times: i64,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE scopes SET serial = serial + ? WHERE scope IN (SELECT value FROM json_each((SELECT scopes FROM runs WHERE number = ?)))",
    )
    .bind(times)
    .bind(run)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn keep(
    connection: &mut SqliteConnection,
    resources: &[&ResourceState],
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    for part in chunks(resources) {
        let statement = format!(
            "INSERT INTO resources (address, scope, body) VALUES {} ON CONFLICT (address) DO UPDATE SET body = excluded.body",
            rows("(?, ?, ?)", part.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for resource in part {
            let body = serde_json::to_string(resource).map_err(unreadable("a resource"))?;
            query = query.bind(resource.address.as_str()).bind(resource.address.scope().to_string()).bind(body);
        }
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

/// The list in parts whose sizes are powers of two, the largest first.
fn chunks<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = 1 << list.len().min(ROWS).checked_ilog2()?;
        let (part, rest) = list.split_at(size);
        list = rest;
        Some(part)
    })
}

/// The placeholders of that many rows.
fn rows(row: &str, count: usize) -> String {
    vec![row; count].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_everything_in_order_in_few_sizes() {
        for length in [0, 1, 2, 3, 127, 128, 129, 1000] {
            let list: Vec<usize> = (0..length).collect();
            let parts: Vec<&[usize]> = chunks(&list).collect();
            assert_eq!(parts.concat(), list);
            assert!(parts.iter().all(|part| part.len().is_power_of_two() && part.len() <= ROWS));
        }
    }
}
