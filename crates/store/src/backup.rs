//! The whole state as one JSON file, and back.

use serde::{Deserialize, Serialize};
use strata_plan::ScopeState;
use strata_policy::Finding;

use crate::error::StoreError;
use crate::model::Write;
use crate::{SqliteStore, Store};

/// A backup of the state. It holds identifiers and properties, never a secret value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    /// The version of this format.
    pub version: u32,
    /// Every scope with its resources.
    pub scopes: Vec<ScopeState>,
    /// Every finding; none in backups of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Backup {
    /// The current format.
    pub const VERSION: u32 = 1;
}

/// Takes a backup.
///
/// # Errors
/// When the state cannot be read.
pub async fn export(store: &dyn Store) -> Result<Backup, StoreError> {
    Ok(Backup { version: Backup::VERSION, scopes: store.scopes().await?, findings: store.findings(None).await? })
}

/// Puts a backup into an empty store.
///
/// # Errors
/// When the store already knows resources, the backup is of another version, or writing fails.
pub async fn import(store: &SqliteStore, backup: &Backup) -> Result<(), StoreError> {
    if backup.version != Backup::VERSION {
        return Err(StoreError::Import(format!("the backup has format {}, this version knows {}", backup.version, Backup::VERSION)));
    }
    if store.scopes().await?.iter().any(|scope| !scope.resources.is_empty()) {
        return Err(StoreError::Import(format!(
            "{} already holds resources; import into an empty state folder (--state FOLDER)",
            store.path().display()
        )));
    }
    store.put_scopes(&backup.scopes).await?;
    let writes = backup.scopes.iter().flat_map(|scope| scope.resources.values()).map(|resource| Write::Put(Box::new(resource.clone())));
    // Their numbers are the new state's own; their order stays.
    let findings = backup.findings.iter().map(|finding| Write::Finding(Box::new(Finding { number: 0, ..finding.clone() })));
    store.write(writes.chain(findings).collect()).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use strata_graph::{Address, Scope};
    use strata_plan::{FailedTry, Tried};

    use super::*;

    #[tokio::test]
    async fn what_keeps_failing_keeps_failing_after_an_import() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("a")).await.unwrap();
        let failed = FailedTry {
            address: Address::new(Scope::environment("shop", "dev"), "queue", "bookings"),
            tried: Tried::Create,
            attempt: "1".into(),
            cause: "denied (AccessDenied)".into(),
            detail: "no".into(),
            run: "run-1".into(),
        };
        let state = ScopeState::empty(Scope::environment("shop", "dev"));
        store.put_scopes(&[state]).await.unwrap();
        store.write(vec![Write::Failed(Box::new(failed.clone()))]).await.unwrap();
        store.write(vec![Write::Failed(Box::new(failed.clone()))]).await.unwrap();
        let backup: Backup = serde_json::from_str(&serde_json::to_string(&export(&store).await.unwrap()).unwrap()).unwrap();
        let other = SqliteStore::open(&folder.path().join("b")).await.unwrap();
        import(&other, &backup).await.unwrap();
        let (before, after) = (store.scopes().await.unwrap(), other.scopes().await.unwrap());
        assert_eq!(after[0].failures, before[0].failures);
        assert_eq!(after[0].failures[&failed.address].times, 2);
        other.write(vec![Write::Failed(Box::new(failed.clone()))]).await.unwrap();
        assert_eq!(
            other.scopes().await.unwrap()[0].failures[&failed.address].times,
            3,
            "the third opens the circuit, as it would have before"
        );
    }
}
