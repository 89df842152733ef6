//! The findings' rows.
//!
//! Invariant: of one violation at most one finding is open (the table says so); a repaired one is never changed again.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use strata_graph::Scope;
use strata_policy::Finding;

use crate::error::StoreError;
use crate::sqlite::unreadable;

/// The findings of a scope, or all.
pub(crate) async fn all(
    pool: &SqlitePool,
    scope: Option<&Scope>,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Vec<Finding>, StoreError> {
    let rows = sqlx::query("SELECT number, body FROM findings WHERE ?1 IS NULL OR scope = ?1 ORDER BY number")
        .bind(scope.map(ToString::to_string))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Finding, StoreError> {
    let number: i64 = row.get("number");
    let finding: Finding = serde_json::from_str(row.get("body")).map_err(unreadable(format!("finding {number}")))?;
    Ok(Finding { number, ..finding })
}

/// Files a finding.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    finding: &Finding,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<(), StoreError> {
    let body = serde_json::to_string(finding).map_err(unreadable("a finding"))?;
    let open = i64::from(finding.repaired.is_none());
    if finding.number == 0 {
        // Two that watch at once see the same violation: the first files it.
        sqlx::query(
            "INSERT INTO findings (scope, control, address, open, body) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (control, address) WHERE open = 1 DO NOTHING",
        )
        .bind(finding.address.scope().to_string())
        .bind(&finding.control.0)
        .bind(finding.address.to_string())
        .bind(open)
        .bind(body)
        .execute(connection)
        .await
        .map_err(failed)?;
        return Ok(());
    }
    sqlx::query("UPDATE findings SET open = ?, body = ? WHERE number = ? AND open = 1")
        .bind(open)
        .bind(body)
        .bind(finding.number)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// What does not hold of a row.
pub(crate) fn problem(row: &SqliteRow) -> Option<String> {
    let number: i64 = row.get("number");
    match read(row) {
        Err(error) => Some(format!("finding {number} does not read back: {error}")),
        Ok(finding) => {
            let (control, address, scope): (String, String, String) = (row.get("control"), row.get("address"), row.get("scope"));
            let same = finding.control.0 == control
                && finding.address.to_string() == address
                && finding.address.scope().to_string() == scope
                && i64::from(finding.repaired.is_none()) == row.get::<i64, _>("open");
            (!same).then(|| format!("finding {number} is filed as {control} by {address} of {scope}"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use strata_graph::Address;
    use strata_policy::{ControlId, How, Repair, Severity};

    use super::*;
    use crate::{Backup, SqliteStore, Store, Write, export, import};

    fn finding(name: &str) -> Finding {
        Finding {
            number: 0,
            control: ControlId("rds-encrypted".into()),
            address: Address::new(Scope::environment("shop", "dev"), "db_instance", name),
            severity: Severity::High,
            detail: "plain".into(),
            requirements: vec![],
            origin: None,
            owner: Some("dana".into()),
            first_seen: "2026-11-28T10:00:00Z".parse().unwrap(),
            last_seen: "2026-11-28T10:00:00Z".parse().unwrap(),
            due: Some("2026-12-28".parse().unwrap()),
            due_by: None,
            waiver: None,
            repaired: None,
        }
    }

    fn write(finding: &Finding) -> Write {
        Write::Finding(Box::new(finding.clone()))
    }

    #[tokio::test]
    async fn a_violation_has_one_open_finding_and_its_repair_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        store.write(vec![write(&finding("a")), write(&finding("a")), write(&finding("b"))]).await.unwrap();
        let all = store.findings(None).await.unwrap();
        assert_eq!(
            all.iter().map(|finding| (finding.number, finding.address.name())).collect::<Vec<_>>(),
            [(1, "a"), (3, "b")],
            "numbers grow, with gaps"
        );
        let repair = Repair { seen: "2026-11-28T12:00:00Z".parse().unwrap(), how: How::Run("run-1".into()) };
        let repaired = Finding { repaired: Some(repair), ..all[0].clone() };
        store.write(vec![write(&repaired)]).await.unwrap();
        // A late writer does not open it again; a violation that comes back is a finding of its own.
        store.write(vec![write(&all[0]), write(&finding("a"))]).await.unwrap();
        let all = store.findings(Some(&Scope::environment("shop", "dev"))).await.unwrap();
        assert_eq!(all[0], repaired);
        assert_eq!(all.iter().map(|finding| finding.repaired.is_none()).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(store.findings(Some(&Scope::environment("shop", "prod"))).await.unwrap(), []);
        assert_eq!(store.verify().await.unwrap().problems, [] as [String; 0]);
        sqlx::query("UPDATE findings SET control = 'other' WHERE number = 3").execute(store.pool()).await.unwrap();
        let verified = store.verify().await.unwrap();
        assert_eq!((verified.findings, verified.problems.len()), (3, 1), "{verified:?}");
    }

    #[tokio::test]
    async fn a_backup_holds_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("a")).await.unwrap();
        store.write(vec![write(&finding("a")), write(&finding("b"))]).await.unwrap();
        let backup: Backup = serde_json::from_str(&serde_json::to_string(&export(&store).await.unwrap()).unwrap()).unwrap();
        let other = SqliteStore::open(&folder.path().join("b")).await.unwrap();
        import(&other, &backup).await.unwrap();
        assert_eq!(other.findings(None).await.unwrap(), store.findings(None).await.unwrap());
        let earlier: Backup = serde_json::from_str(r#"{"version": 1, "scopes": []}"#).unwrap();
        assert!(earlier.findings.is_empty());
    }
}
