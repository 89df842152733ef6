//! The store in one SQLite file, in write-ahead mode.
//!
//! One task owns the writing connection and commits many callers' writes in one transaction (`writer`): a durable write costs a
//! fraction of a disk flush when many resources are at work. Readers have connections of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection};
use strata_graph::Scope;
use strata_plan::{Plan, ScopePlan, ScopeState};
use strata_policy::Finding;
use tokio::sync::{mpsc, oneshot};

use crate::Store;
use crate::error::StoreError;
use crate::findings;
use crate::machine::{Machine, ThisMachine};
use crate::model::{Asked, Intent, LEASE_SECONDS, OpenIntent, Outcome, RunId, RunRecord, RunStatus, Starter, StepRecord, Write};
use crate::read;
use crate::schema::MIGRATIONS;
use crate::writer::{Batch, put_failure, write_all};

/// The copy of the state that is kept from before the last run.
pub(crate) const BEFORE_RUN: &str = "state.before-run.backup.db";

/// The store.
pub struct SqliteStore {
    path: PathBuf,
    pool: SqlitePool,
    writer: mpsc::Sender<Batch>,
    machine: Arc<dyn Machine>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the database in a folder, making both where they are missing and migrating an older format (after copying it).
    ///
    /// # Errors
    /// [`StoreError::Folder`] where the folder cannot be made, [`StoreError::TooNew`] for a newer format,
    /// [`StoreError::Database`] where the file is no database or cannot be written.
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on(folder, Arc::new(ThisMachine)).await
    }

    /// The same, by the clock and the process list of another machine.
    ///
    /// # Errors
    /// Those of [`SqliteStore::open`].
    pub async fn open_on(folder: &Path, machine: Arc<dyn Machine>) -> Result<Self, StoreError> {
        let shown = folder.display().to_string();
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: shown.clone(), source })?;
        let path = folder.join("state.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            .foreign_keys(true);
        let failed = database(&path, "cannot be opened");
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(failed)?;
        migrate(&mut connection, &path).await?;
        let pool =
            SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await.map_err(database(&path, "cannot be opened"))?;
        let (writer, queue) = mpsc::channel(4096);
        tokio::spawn(write_all(connection, options, queue, path.clone(), Arc::clone(&machine)));
        Ok(Self { path, pool, writer, machine })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts scopes as a backup holds them, without their resources.
    pub(crate) async fn put_scopes(&self, scopes: &[ScopeState]) -> Result<(), StoreError> {
        let failed = self.failed("cannot be written");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
        for scope in scopes {
            sqlx::query(
                "INSERT INTO scopes (scope, serial, placement, metadata, stands_on) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (scope) DO UPDATE SET serial = excluded.serial, placement = excluded.placement,
                     metadata = excluded.metadata, stands_on = excluded.stands_on",
            )
            .bind(scope.scope.to_string())
            .bind(i64::try_from(scope.serial).unwrap_or(i64::MAX))
            .bind(scope.placement.as_ref().map(serde_json::to_string).transpose().map_err(unreadable("a placement"))?)
            .bind(serde_json::to_string(&scope.metadata).map_err(unreadable("metadata"))?)
            .bind(serde_json::to_string(&scope.stands_on).map_err(unreadable("scopes"))?)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
            // What keeps failing keeps failing in another folder too: the count goes on where it stood.
            for (address, failure) in &scope.failures {
                put_failure(&mut transaction, address, failure, &failed).await?;
            }
        }
        transaction.commit().await.map_err(&failed)
    }

    async fn was_running(&self, run: &RunId, changed: u64) -> Result<(), StoreError> {
        if changed > 0 {
            return Ok(());
        }
        Err(StoreError::NotRunning { run: run.0.clone(), status: self.find_run(run).await?.status.word().to_owned() })
    }

    fn now(&self) -> String {
        written(self.machine.now())
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Makes every connection of the pool one that has no more room: what a full disk looks like.
    #[cfg(test)]
    pub(crate) async fn limit_pages(&self, pages: i64) {
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut connection = self.pool.acquire().await.expect("a connection");
            let statement = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
            sqlx::query(statement).execute(&mut *connection).await.expect("a limit");
            held.push(connection);
        }
    }

    /// Copies the state as it is before a run, so that whatever happens to the file there is one to go back to. The last copy is kept.
    async fn copy_before_run(&self) -> Result<(), StoreError> {
        let failed = self.failed("cannot be copied before the run");
        let known: i64 = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM resources)").fetch_one(&self.pool).await.map_err(&failed)?;
        if known == 0 {
            return Ok(());
        }
        let copy = self.path.with_file_name(BEFORE_RUN);
        let fresh = copy.with_extension("db.new");
        let moved = |source| StoreError::Folder { path: fresh.display().to_string(), source };
        if fresh.exists() {
            std::fs::remove_file(&fresh).map_err(moved)?;
        }
        sqlx::query("VACUUM INTO ?").bind(fresh.display().to_string()).execute(&self.pool).await.map_err(&failed)?;
        std::fs::rename(&fresh, &copy).map_err(moved)
    }

    pub(crate) fn failed(&self, what: &'static str) -> impl Fn(sqlx::Error) -> StoreError + '_ {
        move |source| StoreError::of(&self.path, what, source)
    }
}

pub(crate) fn database(path: &Path, what: &'static str) -> impl Fn(sqlx::Error) -> StoreError + use<> {
    let path = path.to_path_buf();
    move |source| StoreError::of(&path, what, source)
}

pub(crate) fn unreadable(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> StoreError {
    let what = what.into();
    move |source| StoreError::Unreadable { what, source }
}

pub(crate) fn written(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn run_number(run: &RunId) -> i64 {
    run.0.strip_prefix("run-").and_then(|number| number.parse().ok()).unwrap_or(-1)
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let failed = database(path, "cannot be brought to this version's format");
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await.map_err(&failed)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::TooNew { path: path.display().to_string(), found, known });
    }
    if found == known {
        return Ok(());
    }
    if found > 0 {
        let copy = path.with_extension(format!("format-{found}.backup.db"));
        sqlx::query("VACUUM INTO ?").bind(copy.display().to_string()).execute(&mut *connection).await.map_err(&failed)?;
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
    // Another process may have migrated while this one waited for the lock.
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await.map_err(&failed)?;
    for (index, statements) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        for statement in *statements {
            sqlx::query(*statement).execute(&mut *transaction).await.map_err(&failed)?;
        }
        let format = index + 1;
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {format}"))).execute(&mut *transaction).await.map_err(&failed)?;
    }
    transaction.commit().await.map_err(&failed)
}

fn read_scope(row: &SqliteRow) -> Result<ScopeState, StoreError> {
    let name: String = row.get("scope");
    let scope: Scope = name.parse().map_err(|_| StoreError::Import(format!("'{name}' in the state is no scope")))?;
    let what = || format!("scope {name}");
    let placement: Option<String> = row.get("placement");
    Ok(ScopeState {
        scope,
        serial: u64::try_from(row.get::<i64, _>("serial")).unwrap_or_default(),
        placement: placement.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable(what()))?,
        metadata: serde_json::from_str(row.get("metadata")).map_err(unreadable(what()))?,
        stands_on: serde_json::from_str(row.get("stands_on")).map_err(unreadable(what()))?,
        resources: std::collections::BTreeMap::new(),
        failures: std::collections::BTreeMap::new(),
    })
}

fn read_run(row: &SqliteRow) -> Result<RunRecord, StoreError> {
    let id = RunId(format!("run-{}", row.get::<i64, _>("number")));
    let target: String = row.get("target");
    let status: String = row.get("status");
    Ok(RunRecord {
        plan: row.get("plan"),
        target: target.parse().map_err(|_| StoreError::Import(format!("'{target}' in the state is no scope")))?,
        starter: serde_json::from_str(row.get("starter")).map_err(unreadable(id.0.clone()))?,
        status: RunStatus::parse(&status).ok_or_else(|| StoreError::Import(format!("'{status}' in the state is no run status")))?,
        summary: row.get("summary"),
        started: row.get("started"),
        ended: row.get("ended"),
        asked: Asked::parse(row.get("asked")).unwrap_or(Asked::Nothing),
        note: row.get("note"),
        id,
    })
}

#[async_trait]
impl Store for SqliteStore {
    async fn scope(&self, scope: &Scope) -> Result<ScopeState, StoreError> {
        let name = scope.to_string();
        let failed = self.failed("cannot be read");
        let mut moment = self.pool.begin().await.map_err(&failed)?;
        let row = sqlx::query("SELECT * FROM scopes WHERE scope = ?").bind(&name).fetch_optional(&mut *moment).await.map_err(&failed)?;
        let mut state = match row {
            Some(row) => read_scope(&row)?,
            None => ScopeState::empty(scope.clone()),
        };
        let resources = read::resources(&mut moment, Some(&name), &failed).await?;
        state.resources = resources.into_iter().map(|resource| (resource.address.clone(), resource)).collect();
        state.failures = read::failures(&mut moment, &failed).await?.into_iter().filter(|(address, _)| address.scope() == scope).collect();
        Ok(state)
    }

    async fn scopes(&self) -> Result<Vec<ScopeState>, StoreError> {
        let failed = self.failed("cannot be read");
        let mut moment = self.pool.begin().await.map_err(&failed)?;
        let rows = sqlx::query("SELECT * FROM scopes").fetch_all(&mut *moment).await.map_err(&failed)?;
        let mut states: std::collections::BTreeMap<Scope, ScopeState> = std::collections::BTreeMap::new();
        for row in &rows {
            let state = read_scope(row)?;
            states.insert(state.scope.clone(), state);
        }
        for resource in read::resources(&mut moment, None, &failed).await? {
            let scope = resource.address.scope();
            if !states.contains_key(scope) {
                states.insert(scope.clone(), ScopeState::empty(scope.clone()));
            }
            if let Some(state) = states.get_mut(resource.address.scope()) {
                state.resources.insert(resource.address.clone(), resource);
            }
        }
        for (address, failure) in read::failures(&mut moment, &failed).await? {
            if let Some(state) = states.get_mut(address.scope()) {
                state.failures.insert(address, failure);
            }
        }
        Ok(states.into_values().collect())
    }

    async fn begin(&self, plan: &Plan, starter: &Starter) -> Result<RunId, StoreError> {
        if !plan.is_intact() {
            return Err(StoreError::Tampered);
        }
        self.copy_before_run().await?;
        let failed = self.failed("cannot be written");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
        let clock = self.machine.now().as_second();
        let rows = sqlx::query("SELECT * FROM runs WHERE status = 'running' ORDER BY number")
            .fetch_all(&mut *transaction)
            .await
            .map_err(&failed)?;
        for row in &rows {
            let run = read_run(row)?;
            let alive = clock - row.get::<i64, _>("heartbeat") < LEASE_SECONDS && process_may_live(&*self.machine, &run.starter, starter);
            let scopes: Vec<Scope> = serde_json::from_str(row.get("scopes")).map_err(unreadable(run.id.0.clone()))?;
            if !alive {
                sqlx::query("UPDATE runs SET status = 'interrupted', ended = ? WHERE number = ?")
                    .bind(self.now())
                    .bind(run_number(&run.id))
                    .execute(&mut *transaction)
                    .await
                    .map_err(&failed)?;
            } else if let Some(scope) = plan.scopes.iter().map(|part| &part.scope).find(|scope| scopes.contains(scope)) {
                return Err(held(&mut transaction, scope, run).await.map_err(&failed)?);
            }
        }
        for part in &plan.scopes {
            let actual: Option<i64> = sqlx::query_scalar("SELECT serial FROM scopes WHERE scope = ?")
                .bind(part.scope.to_string())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(&failed)?;
            let actual = u64::try_from(actual.unwrap_or_default()).unwrap_or_default();
            if actual != part.serial {
                return Err(StoreError::Stale { scope: part.scope.clone(), planned: part.serial, actual });
            }
        }
        let body = serde_json::to_string(plan).map_err(unreadable("the plan"))?;
        sqlx::query("INSERT INTO plans (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING")
            .bind(&plan.digest)
            .bind(body)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        let scopes: Vec<&Scope> = plan.scopes.iter().map(|part| &part.scope).collect();
        let number = sqlx::query(
            "INSERT INTO runs (plan, target, scopes, starter, status, summary, started, heartbeat) VALUES (?, ?, ?, ?, 'running', '', ?, ?)",
        )
        .bind(&plan.digest)
        .bind(plan.target.to_string())
        .bind(serde_json::to_string(&scopes).map_err(unreadable("the scopes"))?)
        .bind(serde_json::to_string(starter).map_err(unreadable("the starter"))?)
        .bind(self.now())
        .bind(clock)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?
        .last_insert_rowid();
        // From here on the state differs from what any other plan saw, whatever becomes of this run.
        for part in &plan.scopes {
            sqlx::query(
                "INSERT INTO scopes (scope, serial, placement, metadata, stands_on) VALUES (?, 1, ?, ?, ?)
                 ON CONFLICT (scope) DO UPDATE SET serial = serial + 1, placement = excluded.placement,
                     metadata = excluded.metadata, stands_on = excluded.stands_on",
            )
            .bind(part.scope.to_string())
            .bind(serde_json::to_string(&part.placement).map_err(unreadable("a placement"))?)
            .bind(serde_json::to_string(&part.metadata).map_err(unreadable("metadata"))?)
            .bind(serde_json::to_string(&part.stands_on).map_err(unreadable("scopes"))?)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        }
        transaction.commit().await.map_err(&failed)?;
        Ok(RunId(format!("run-{number}")))
    }

    async fn free(&self, scopes: &[Scope], asker: &Starter) -> Result<(), StoreError> {
        let failed = self.failed("cannot be read");
        let mut connection = self.pool.acquire().await.map_err(&failed)?;
        let clock = self.machine.now().as_second();
        let rows = sqlx::query("SELECT * FROM runs WHERE status = 'running' ORDER BY number").fetch_all(&mut *connection).await;
        for row in &rows.map_err(&failed)? {
            let run = read_run(row)?;
            let alive = clock - row.get::<i64, _>("heartbeat") < LEASE_SECONDS && process_may_live(&*self.machine, &run.starter, asker);
            let taken: Vec<Scope> = serde_json::from_str(row.get("scopes")).map_err(unreadable(run.id.0.clone()))?;
            if let (true, Some(scope)) = (alive, scopes.iter().find(|scope| taken.contains(scope))) {
                return Err(held(&mut connection, scope, run).await.map_err(&failed)?);
            }
        }
        Ok(())
    }

    async fn heartbeat(&self, run: &RunId) -> Result<Asked, StoreError> {
        let failed = self.failed("cannot be written");
        let asked: Option<String> =
            sqlx::query_scalar("UPDATE runs SET heartbeat = ? WHERE number = ? AND status = 'running' RETURNING asked")
                .bind(self.machine.now().as_second())
                .bind(run_number(run))
                .fetch_optional(&self.pool)
                .await
                .map_err(&failed)?;
        match asked {
            Some(asked) => Ok(Asked::parse(&asked).unwrap_or(Asked::Nothing)),
            None => Err(StoreError::Fenced { run: run.0.clone(), status: self.find_run(run).await?.status.word().to_owned() }),
        }
    }

    async fn ask(&self, run: &RunId, asked: Asked) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE runs SET asked = ? WHERE number = ? AND status = 'running'")
            .bind(asked.word())
            .bind(run_number(run))
            .execute(&self.pool)
            .await
            .map_err(self.failed("cannot be written"))?;
        self.was_running(run, changed.rows_affected()).await
    }

    async fn release(&self, run: &RunId, note: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE runs SET status = 'interrupted', ended = ?, note = ? WHERE number = ? AND status = 'running'")
            .bind(self.now())
            .bind(note)
            .bind(run_number(run))
            .execute(&self.pool)
            .await
            .map_err(self.failed("cannot be written"))?;
        self.was_running(run, changed.rows_affected()).await
    }

    async fn find_run(&self, run: &RunId) -> Result<RunRecord, StoreError> {
        let row = sqlx::query("SELECT * FROM runs WHERE number = ?").bind(run_number(run)).fetch_optional(&self.pool).await;
        let row = row.map_err(self.failed("cannot be read"))?;
        row.as_ref().map(read_run).transpose()?.ok_or_else(|| StoreError::NoRun { run: run.0.clone() })
    }

    async fn steps_of(&self, run: &RunId) -> Result<Vec<StepRecord>, StoreError> {
        let steps: Option<String> = sqlx::query_scalar("SELECT steps FROM runs WHERE number = ?")
            .bind(run_number(run))
            .fetch_optional(&self.pool)
            .await
            .map_err(self.failed("cannot be read"))?
            .flatten();
        if let Some(steps) = steps {
            return serde_json::from_str(&steps).map_err(unreadable(format!("steps of {run}")));
        }
        let journal = self.journal(run).await?;
        Ok(journal
            .into_iter()
            .map(|(intent, outcome)| {
                let (ended, detail) = match outcome {
                    Some(Outcome::Done { .. }) => ("done", None),
                    Some(Outcome::Failed { error }) => ("failed", Some(error)),
                    None => ("unknown", Some("its answer is not known yet; the next run looks it up".to_owned())),
                };
                StepRecord { address: intent.address, operation: intent.operation, ended: ended.to_owned(), detail }
            })
            .collect())
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        self.writer.send(Batch { writes, done }).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    async fn finish(&self, run: &RunId, status: RunStatus, summary: &str) -> Result<(), StoreError> {
        let failed = self.failed("cannot be written");
        // Only the plan's scopes: the rest of it may be large.
        let scopes: Option<String> =
            sqlx::query_scalar("SELECT json_extract(body, '$.scopes') FROM plans JOIN runs ON runs.plan = plans.digest WHERE number = ?")
                .bind(run_number(run))
                .fetch_optional(&self.pool)
                .await
                .map_err(self.failed("cannot be read"))?;
        let scopes: Vec<ScopePlan> =
            scopes.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable("a plan"))?.unwrap_or_default();
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
        let ended = sqlx::query("UPDATE runs SET status = ?, summary = ?, ended = ? WHERE number = ? AND status = 'running'")
            .bind(status.word())
            .bind(summary)
            .bind(self.now())
            .bind(run_number(run))
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        if ended.rows_affected() == 0 {
            let status = self.find_run(run).await?.status.word().to_owned();
            return Err(StoreError::Fenced { run: run.0.clone(), status });
        }
        for part in &scopes {
            sqlx::query("UPDATE scopes SET serial = serial + 1 WHERE scope = ?")
                .bind(part.scope.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(&failed)?;
        }
        for part in scopes.iter().filter(|part| part.removes_scope && status == RunStatus::Done) {
            let left: i64 = sqlx::query_scalar("SELECT count(*) FROM resources WHERE scope = ?")
                .bind(part.scope.to_string())
                .fetch_one(&mut *transaction)
                .await
                .map_err(&failed)?;
            if left == 0 {
                // The row stays, with its serial: an old plan must stay stale. Its claims are gone; on what it stood stays known, so
                // that `down --with-foundations` finds it later. A scope without resources holds nothing below it.
                sqlx::query("UPDATE scopes SET metadata = 'null' WHERE scope = ?")
                    .bind(part.scope.to_string())
                    .execute(&mut *transaction)
                    .await
                    .map_err(&failed)?;
            }
        }
        transaction.commit().await.map_err(&failed)
    }

    async fn open_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        let now = self.machine.now();
        let rows = sqlx::query("SELECT token, intent, intended FROM journal WHERE outcome IS NULL ORDER BY sequence")
            .fetch_all(&self.pool)
            .await
            .map_err(self.failed("cannot be read"))?;
        rows.iter()
            .map(|row| {
                let intent = serde_json::from_str(row.get("intent")).map_err(unreadable(row.get::<String, _>("token")))?;
                // A time that cannot be read, or lies ahead, counts as this moment: the careful side.
                let intended = row.get::<String, _>("intended").parse().unwrap_or(now);
                // Times are cut to the second, so it may be that much younger: the careful side again.
                let age = Duration::try_from(now.duration_since(intended)).unwrap_or_default().saturating_sub(Duration::from_secs(1));
                Ok(OpenIntent { intent, age })
            })
            .collect()
    }

    async fn findings(&self, scope: Option<&Scope>) -> Result<Vec<Finding>, StoreError> {
        findings::all(self.pool(), scope, self.failed("cannot be read")).await
    }

    async fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM runs ORDER BY number DESC LIMIT ?")
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(self.failed("cannot be read"))?;
        rows.iter().map(read_run).collect()
    }

    async fn plan_of(&self, run: &RunId) -> Result<Option<Plan>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM plans JOIN runs ON runs.plan = plans.digest WHERE number = ?")
            .bind(run_number(run))
            .fetch_optional(&self.pool)
            .await
            .map_err(self.failed("cannot be read"))?;
        body.map(|text| serde_json::from_str(&text).map_err(unreadable("a plan"))).transpose()
    }

    async fn journal(&self, run: &RunId) -> Result<Vec<(Intent, Option<Outcome>)>, StoreError> {
        let rows = sqlx::query("SELECT token, intent, outcome FROM journal WHERE run = ? ORDER BY sequence")
            .bind(run_number(run))
            .fetch_all(&self.pool)
            .await
            .map_err(self.failed("cannot be read"))?;
        rows.iter()
            .map(|row| {
                let token: String = row.get("token");
                let outcome: Option<String> = row.get("outcome");
                Ok((
                    serde_json::from_str(row.get("intent")).map_err(unreadable(token.clone()))?,
                    outcome.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable(token))?,
                ))
            })
            .collect()
    }
}

/// Who holds a scope, since when and doing what.
async fn held(connection: &mut SqliteConnection, scope: &Scope, run: RunRecord) -> Result<StoreError, sqlx::Error> {
    let calls: i64 = sqlx::query_scalar("SELECT count(*) FROM journal WHERE run = ? AND outcome IS NOT NULL")
        .bind(run_number(&run.id))
        .fetch_one(connection)
        .await?;
    let stopping = if run.asked == Asked::Nothing { "" } else { ", asked to stop" };
    Ok(StoreError::Held {
        scope: scope.clone(),
        holder: format!("{} on {} (process {})", run.starter.user, run.starter.host, run.starter.process),
        since: run.started,
        doing: format!("changing {}, {calls} calls so far{stopping}", run.target),
        run: run.id.0,
    })
}

/// Whether a run's process may still live: on this host the system is asked, another host's word is its heartbeat.
fn process_may_live(machine: &dyn Machine, holder: &Starter, asker: &Starter) -> bool {
    holder.host != asker.host || machine.may_live(holder.process)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use strata_graph::{Address, Contracts, Document, Graph, Layer, PhysicalId, TypeName};
    use strata_plan::{Desired, Placement, PlanInput, ResourceState, ResourceStatus};

    fn placement() -> Placement {
        Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() }
    }

    fn scope() -> Scope {
        Scope::Network("a".into())
    }

    fn plan(states: &BTreeMap<Scope, ScopeState>) -> Plan {
        strata_plan::build(PlanInput {
            platform: "acme",
            target: &scope(),
            scopes: &[Desired { scope: scope(), placement: placement(), metadata: serde_json::json!({"k": 1}), stands_on: vec![] }],
            graph: &Graph::default(),
            contracts: &Contracts::default(),
            states,
            observations: &BTreeMap::new(),
            delete_data: &BTreeSet::new(),
            verdicts: vec![],
            notices: vec![],
            endpoints: vec![],
            approve: vec![],
            directions: &strata_plan::Directions::default(),
        })
        .unwrap()
    }

    fn starter(process: u32) -> Starter {
        Starter { user: "ada".into(), host: "here".into(), process, approval: None }
    }

    fn resource() -> ResourceState {
        ResourceState {
            address: Address::new(scope(), "vpc", "main"),
            type_name: TypeName("AWS::EC2::VPC".into()),
            layer: Layer::Network,
            id: Some(PhysicalId("vpc-1".into())),
            properties: Document::default(),
            outputs: BTreeMap::new(),
            dependencies: vec![],
            status: ResourceStatus::Ready,
            origins: vec![],
            data: None,
            waiting_for: None,
            purpose: String::new(),
            deposed: vec![],
            formerly: vec![],
        }
    }

    #[tokio::test]
    async fn what_was_acknowledged_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let run = {
            let store = SqliteStore::open(folder.path()).await.unwrap();
            let run = store.begin(&plan(&BTreeMap::new()), &starter(std::process::id())).await.unwrap();
            let intent = Intent {
                run: run.clone(),
                token: "t1".into(),
                address: resource().address,
                type_name: resource().type_name,
                placement: placement(),
                operation: crate::IntentOperation::Create,
                id: None,
                properties: Document::default(),
            };
            store.write(vec![Write::Intent(Box::new(intent))]).await.unwrap();
            assert_eq!(store.open_intents().await.unwrap().len(), 1);
            let outcome = Outcome::Done { id: Some(PhysicalId("vpc-1".into())) };
            store.write(vec![Write::Outcome { token: "t1".into(), outcome }, Write::Put(Box::new(resource()))]).await.unwrap();
            store.finish(&run, RunStatus::Done, "1 made").await.unwrap();
            run
        };
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let state = store.scope(&scope()).await.unwrap();
        assert_eq!(state.serial, 3, "begun, learnt of a call, ended");
        assert_eq!(state.metadata["k"], 1);
        assert_eq!(state.resources.len(), 1);
        assert!(store.open_intents().await.unwrap().is_empty());
        assert_eq!(store.runs(10).await.unwrap()[0].status, RunStatus::Done);
        assert_eq!(store.journal(&run).await.unwrap().len(), 1);
        assert_eq!(store.plan_of(&run).await.unwrap().unwrap(), plan(&BTreeMap::new()));
    }

    #[tokio::test]
    async fn a_stale_plan_and_a_second_operator_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let first = plan(&BTreeMap::new());
        let run = store.begin(&first, &starter(std::process::id())).await.unwrap();
        assert!(matches!(store.begin(&first, &starter(1)).await, Err(StoreError::Held { .. })));
        store.finish(&run, RunStatus::Done, "").await.unwrap();
        assert!(matches!(store.begin(&first, &starter(1)).await, Err(StoreError::Stale { planned: 0, actual: 2, .. })));
        let mut changed = first.clone();
        changed.platform = "other".into();
        assert!(matches!(store.begin(&changed, &starter(1)).await, Err(StoreError::Tampered)));
    }

    #[tokio::test]
    async fn a_run_whose_process_is_gone_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        // No process has this number: the kernel's limit is lower.
        store.begin(&plan(&BTreeMap::new()), &starter(u32::MAX - 1)).await.unwrap();
        let states = BTreeMap::from([(scope(), store.scope(&scope()).await.unwrap())]);
        store.begin(&plan(&states), &starter(std::process::id())).await.unwrap();
        assert_eq!(store.runs(10).await.unwrap()[1].status, RunStatus::Interrupted);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_said() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("state.db"), "this is not a database, but long enough to be taken for one. ".repeat(40)).unwrap();
        let error = SqliteStore::open(folder.path()).await.unwrap_err().to_string();
        assert!(error.contains("state.db"), "{error}");
    }
}
