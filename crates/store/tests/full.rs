//! A disk that is really full, and a folder that may only be read: what is said, and that nothing is half written.
//!
//! Each needs a mount, which only root may make, in a mount namespace of its own; elsewhere the limit of a file's size stands for the full
//! disk. Since limits and namespaces are a process's, each test runs itself again as a child.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use strata_graph::Scope;
use strata_plan::{Desired, Directions, Placement, Plan, PlanInput};
use strata_store::{SqliteStore, Starter, Store, StoreError, Write};

const CHILD: &str = "STRATA_TEST_FOLDER";

/// The folder that the parent prepared, where this process is the child.
fn folder() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Runs one test of this file again, in a shell that prepares the folder first.
fn again(test: &str, prepare: &str, folder: &Path) -> Output {
    let script = format!("{prepare}\nexec \"$0\" --exact {test} --nocapture --test-threads=1");
    let mut command = if is_root() { Command::new("unshare") } else { Command::new("sh") };
    if is_root() {
        command.args(["--mount", "sh"]);
    }
    let me = std::env::current_exe().unwrap();
    command.args(["-c", &script]).arg(me).env(CHILD, folder).output().unwrap()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn assert_well(output: &Output) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn scope(number: usize) -> Scope {
    Scope::Network(format!("n{number}"))
}

/// A plan of nothing that fills about a quarter of a megabyte.
fn large(states: &std::collections::BTreeMap<Scope, strata_plan::ScopeState>) -> Plan {
    let placement = Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() };
    let metadata = serde_json::Value::String("x".repeat(256 * 1024));
    strata_plan::build(PlanInput {
        platform: "acme",
        target: &scope(0),
        scopes: &[Desired { scope: scope(0), placement, metadata, stands_on: Vec::new() }],
        graph: &Default::default(),
        contracts: &Default::default(),
        states,
        observations: &Default::default(),
        delete_data: &Default::default(),
        verdicts: Vec::new(),
        notices: Vec::new(),
        endpoints: Vec::new(),
        approve: Vec::new(),
        directions: &Directions::default(),
    })
    .unwrap()
}

fn starter() -> Starter {
    Starter { user: "ada".into(), host: "here".into(), process: std::process::id(), approval: None }
}

#[tokio::test]
async fn a_full_disk_is_told_at_every_write_and_nothing_is_half_written() {
    let Some(folder) = folder() else {
        let folder = tempfile::tempdir().unwrap();
        let prepare = match is_root() {
            true => format!("mount -t tmpfs -o size=1m tmpfs '{}' || exit 1", folder.path().display()),
            // Blocks of 512 bytes; past the limit a write fails as on a full disk, once its signal is ignored.
            false => "trap '' XFSZ; ulimit -f 2048".to_owned(),
        };
        return assert_well(&again("a_full_disk_is_told_at_every_write_and_nothing_is_half_written", &prepare, folder.path()));
    };
    let store = SqliteStore::open(&folder).await.unwrap();
    let mut begun = 0;
    let error = loop {
        let states = store.scopes().await.unwrap().into_iter().map(|state| (state.scope.clone(), state)).collect();
        match store.begin(&large(&states), &starter()).await {
            Ok(run) => {
                begun += 1;
                if let Err(error) = store.finish(&run, strata_store::RunStatus::Done, "").await {
                    break error;
                }
                assert!(begun < 50, "the disk is never full");
            }
            Err(error) => break error,
        }
    };
    // The limit of a file's size is another error of the system's than a full disk.
    let full =
        |error: &StoreError| matches!(error, StoreError::Full { .. }) || (!is_root() && matches!(error, StoreError::Database { .. }));
    assert!(full(&error), "{error:?}");
    assert!(!is_root() || (error.to_string().contains("the disk is full") && error.to_string().contains("make room")), "{error}");
    // The writer task, too: its callers hear it, and it lives on.
    let intent = |number: u32| {
        Write::Intent(Box::new(strata_store::Intent {
            run: strata_store::RunId("run-1".into()),
            token: format!("token-{number}"),
            address: strata_graph::Address::new(scope(0), "thing", "a"),
            type_name: strata_graph::TypeName("Test::Thing".into()),
            placement: Placement { account: "a".into(), account_id: "1".into(), role: None, region: "r".into() },
            operation: strata_store::IntentOperation::Create,
            id: None,
            properties: strata_graph::Document::of(&serde_json::json!({"Text": "y".repeat(128 * 1024)})).unwrap(),
        }))
    };
    let before = store.open_intents().await.unwrap().len();
    let mut written = 0;
    let mut refused: Vec<StoreError> = Vec::new();
    for number in 0..20 {
        match store.write(vec![intent(2 * number), intent(2 * number + 1)]).await {
            Ok(()) => written += 2,
            Err(error) => refused.push(error),
        }
    }
    assert!(!refused.is_empty() && refused.iter().all(full), "{refused:?}");
    assert_eq!(store.open_intents().await.unwrap().len(), before + written, "both of a write or none");
    let verified = store.verify().await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
}

#[tokio::test]
async fn a_folder_that_may_only_be_read_is_told() {
    let Some(folder) = folder() else {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("state");
        drop(SqliteStore::open(&inside).await.unwrap());
        let path = inside.display();
        let prepare = match is_root() {
            true => format!("mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}' || exit 1"),
            false => format!("chmod -w '{path}' '{path}'/*"),
        };
        let output = again("a_folder_that_may_only_be_read_is_told", &prepare, &inside);
        if !is_root() {
            assert!(Command::new("chmod").arg("-R").arg("u+w").arg(&inside).status().unwrap().success());
        }
        assert_well(&output);
        let made = SqliteStore::open(&inside).await.unwrap();
        assert!(made.verify().await.unwrap().problems.is_empty(), "it is as it was");
        return;
    };
    let error = match SqliteStore::open(&folder).await {
        Err(error) => error,
        Ok(store) => store.begin(&large(&Default::default()), &starter()).await.unwrap_err(),
    };
    let text = error.to_string();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    assert!(text.contains("read-only") && text.contains("--state"), "{text}");
    // A folder that has no state yet.
    let error = SqliteStore::open(&folder.join("below")).await.unwrap_err();
    assert!(error.to_string().contains("below"), "{error}");
}
