//! `strata state verify`: whether the database is whole, and whether what it says holds together.
//!
//! Invariant: it changes nothing, and reads every row.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::Row;
use strata_graph::{Address, Scope};
use strata_plan::ResourceState;

use crate::error::StoreError;
use crate::findings;
use crate::{SqliteStore, Store};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Scopes known.
    pub scopes: usize,
    /// Resources known.
    pub resources: usize,
    /// Intents on record.
    pub intents: usize,
    /// Intents whose outcome is not known: the next run of their scope looks them up.
    pub open_intents: usize,
    /// Findings on record, open and repaired.
    #[serde(default)]
    pub findings: usize,
    /// What is wrong, one sentence each; nothing where all holds.
    pub problems: Vec<String>,
}

impl SqliteStore {
    /// Reads everything and says what does not hold.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the file is damaged so far that it cannot be read.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let failed = self.failed("cannot be read");
        let mut verified = Verified::default();
        let whole: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(self.pool()).await.map_err(&failed)?;
        verified.problems.extend(whole.into_iter().filter(|line| line != "ok").map(|line| format!("the database is damaged: {line}")));
        let keys = sqlx::query("PRAGMA foreign_key_check").fetch_all(self.pool()).await.map_err(&failed)?;
        if !keys.is_empty() {
            verified.problems.push(format!("{} rows of the journal or the runs name what is not there", keys.len()));
        }
        let scopes: Vec<String> = sqlx::query_scalar("SELECT scope FROM scopes").fetch_all(self.pool()).await.map_err(&failed)?;
        verified.scopes = scopes.len();
        for scope in scopes.iter().filter(|scope| scope.parse::<Scope>().is_err()) {
            verified.problems.push(format!("'{scope}' is no scope"));
        }
        self.verify_resources(&scopes.into_iter().collect(), &mut verified).await?;
        let rows = sqlx::query("SELECT token, run, intent, outcome FROM journal").fetch_all(self.pool()).await.map_err(&failed)?;
        verified.intents = rows.len();
        for row in &rows {
            let token: String = row.get("token");
            if let Err(error) = serde_json::from_str::<crate::Intent>(row.get("intent")) {
                verified.problems.push(format!("the intent {token} does not read back: {error}"));
            }
            match row.get::<Option<String>, _>("outcome") {
                None => verified.open_intents += 1,
                Some(outcome) => {
                    if let Err(error) = serde_json::from_str::<crate::Outcome>(&outcome) {
                        verified.problems.push(format!("the outcome of {token} does not read back: {error}"));
                    }
                }
            }
        }
        let rows = sqlx::query("SELECT number, control, address, scope, open, body FROM findings")
            .fetch_all(self.pool())
            .await
            .map_err(&failed)?;
        verified.findings = rows.len();
        for row in &rows {
            verified.problems.extend(findings::problem(row));
        }
        for run in self.runs(u32::MAX).await? {
            match self.plan_of(&run.id).await {
                Ok(Some(plan)) if plan.is_intact() => {}
                Ok(Some(_)) => verified.problems.push(format!("the plan of {} was changed after it was made", run.id)),
                Ok(None) => verified.problems.push(format!("the plan of {} is missing", run.id)),
                Err(error) => verified.problems.push(format!("the plan of {} does not read back: {error}", run.id)),
            }
        }
        Ok(verified)
    }

    async fn verify_resources(&self, scopes: &BTreeSet<String>, verified: &mut Verified) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT address, scope, body FROM resources")
            .fetch_all(self.pool())
            .await
            .map_err(self.failed("cannot be read"))?;
        verified.resources = rows.len();
        let mut known: Vec<ResourceState> = Vec::new();
        for row in &rows {
            let (address, scope): (String, String) = (row.get("address"), row.get("scope"));
            match serde_json::from_str::<ResourceState>(row.get("body")) {
                Err(error) => verified.problems.push(format!("{address} does not read back: {error}")),
                Ok(state) => {
                    if state.address.to_string() != address || state.address.scope().to_string() != scope {
                        verified.problems.push(format!("{address} is filed as {} of {scope}", state.address));
                    }
                    known.push(state);
                }
            }
            if !scopes.contains(&scope) {
                verified.problems.push(format!("{address} is of {scope}, of which nothing is known"));
            }
        }
        let addresses: BTreeSet<&Address> = known.iter().map(|state| &state.address).collect();
        let mut ids: BTreeSet<(&str, &str, &Scope)> = BTreeSet::new();
        for state in &known {
            for below in state.dependencies.iter().filter(|below| !addresses.contains(below)) {
                verified.problems.push(format!("{} stands on {below}, of which nothing is known", state.address));
            }
            let mine = state.id.iter().chain(state.deposed.iter().map(|left| &left.id));
            for id in mine {
                if !ids.insert((state.type_name.0.as_str(), id.0.as_str(), state.address.scope())) {
                    verified.problems.push(format!("{} is {id}, as another resource of its type is", state.address));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    async fn execute(store: &SqliteStore, statement: &'static str) {
        sqlx::query(statement).execute(store.pool()).await.unwrap();
    }

    #[tokio::test]
    async fn what_does_not_hold_together_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        assert_eq!(store.verify().await.unwrap(), Verified::default());
        execute(&store, "INSERT INTO resources (address, scope, body) VALUES ('network/x/vpc.main', 'network/x', '{}')").await;
        let verified = store.verify().await.unwrap();
        assert_eq!(verified.resources, 1);
        assert!(verified.problems.iter().any(|problem| problem.contains("does not read back")), "{verified:?}");
        assert!(verified.problems.iter().any(|problem| problem.contains("of which nothing is known")), "{verified:?}");
    }

    fn damage(path: &Path, from: usize) {
        let mut bytes = std::fs::read(path).unwrap();
        let end = bytes.len();
        bytes[from.min(end)..].fill(0x5a);
        std::fs::write(path, bytes).unwrap();
    }

    async fn filled(folder: &Path) {
        let store = SqliteStore::open(folder).await.unwrap();
        for number in 0..400 {
            sqlx::query("INSERT INTO scopes (scope, serial, metadata, stands_on) VALUES (?, 1, 'null', '[]')")
                .bind(format!("network/n{number}"))
                .execute(store.pool())
                .await
                .unwrap();
        }
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.pool()).await.unwrap();
        store.pool().close().await;
    }

    #[tokio::test]
    async fn a_damaged_file_is_told_with_the_backup_that_there_is() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path()).await;
        std::fs::write(folder.path().join("state.before-run.backup.db"), b"").unwrap();
        damage(&folder.path().join("state.db"), 4096);
        let error = match SqliteStore::open(folder.path()).await {
            Err(error) => error,
            Ok(store) => store.scopes().await.unwrap_err(),
        };
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert!(error.to_string().contains("state.before-run.backup.db"), "{error}");
    }

    #[tokio::test]
    async fn a_cut_file_and_one_that_is_no_database_are_told() {
        for length in [700_usize, 9000] {
            let folder = tempfile::tempdir().unwrap();
            filled(folder.path()).await;
            let path = folder.path().join("state.db");
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = match SqliteStore::open(folder.path()).await {
                Err(error) => error,
                Ok(store) => match store.verify().await {
                    Err(error) => error,
                    Ok(verified) => {
                        assert!(!verified.problems.is_empty(), "cut at {length}");
                        continue;
                    }
                },
            };
            assert!(matches!(error, StoreError::Corrupt { .. }), "cut at {length}: {error}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("state.db"), "not a database, but long enough to look at".repeat(40)).unwrap();
        assert!(matches!(SqliteStore::open(folder.path()).await, Err(StoreError::Corrupt { .. })));
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_nothing_is_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(store.pool()).await.unwrap();
        let scopes: Vec<_> = (0..5000).map(|number| strata_plan::ScopeState::empty(Scope::Network(format!("n{number}")))).collect();
        store.limit_pages(pages + 2).await;
        let error = store.put_scopes(&scopes).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        assert_eq!(store.scopes().await.unwrap(), [], "all or nothing");
    }
}
