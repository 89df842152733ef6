//! What can go wrong with the state on disk, in words that say what to do.

use std::io::ErrorKind;
use std::path::Path;

use strata_graph::Scope;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The plan was made against another state.
    #[error("the plan is stale: {scope} has changed since (the plan saw serial {planned}, now it is {actual}); make a new plan")]
    Stale {
        /// Which scope.
        scope: Scope,
        /// What the plan saw.
        planned: u64,
        /// What is.
        actual: u64,
    },
    /// Somebody else is at work.
    #[error(
        "{scope} is being changed by {holder} since {since}: {run}, {doing}. Wait for it, stop it with `strata cancel {run}`, or if its process \
         is surely gone, take it away with `strata unlock {run} --why TEXT`"
    )]
    Held {
        /// Which scope.
        scope: Scope,
        /// Who: user, host and process.
        holder: String,
        /// Since when.
        since: String,
        /// Which run.
        run: String,
        /// What it does, and how far it is.
        doing: String,
    },
    /// The run has lost its scopes.
    #[error(
        "{run} no longer holds its scopes ({status}): somebody took them away, or its lease ran out. Nothing more was called or written; \
         calls in flight are looked up by the next run"
    )]
    Fenced {
        /// Which run.
        run: String,
        /// Its status.
        status: String,
    },
    /// No run of that id.
    #[error("there is no {run}; `strata runs` lists them")]
    NoRun {
        /// Which run.
        run: String,
    },
    /// The run is not at work.
    #[error("{run} is not at work: it is {status}")]
    NotRunning {
        /// Which run.
        run: String,
        /// Its status.
        status: String,
    },
    /// The plan was changed after it was made.
    #[error("the plan's digest does not fit its content: it was changed after it was made; make a new plan")]
    Tampered,
    /// The database is of a newer version.
    #[error("the state in {path} was written by a newer version (format {found}, this one knows {known}); use that version")]
    TooNew {
        /// Where.
        path: String,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// The database cannot be opened, read or written.
    #[error("the state in {path}: {what}: {source}")]
    Database {
        /// Where.
        path: String,
        /// What was tried.
        what: &'static str,
        /// The database's words.
        #[source]
        source: sqlx::Error,
    },
    /// The file is damaged.
    #[error("the state in {path} is damaged ({detail}){}", match backup {
        Some(backup) => format!("; {backup} is a copy from before it: put it in the place of {path}, remove the files {path}-wal and {path}-shm, and run `strata drift`, which lists what the copy does not know"),
        None => "; there is no copy beside it: bring a backup back with `strata state import`".to_owned(),
    })]
    Corrupt {
        /// Where.
        path: String,
        /// The newest copy beside it.
        backup: Option<String>,
        /// The database's words.
        detail: String,
    },
    /// Another process is in the middle of a write and does not end it.
    #[error(
        "the state in {path} is locked: another process is in the middle of a write and has not ended it in 30 seconds. If that process was \
         stopped (Ctrl-Z, a debugger), let it go on or end it: what it had not finished is then as if never written"
    )]
    Locked {
        /// Where.
        path: String,
    },
    /// There is no room.
    #[error("the state in {path} cannot be written: the disk is full. Nothing was half written; make room and run the same command again")]
    Full {
        /// Where.
        path: String,
    },
    /// It may not be written.
    #[error(
        "the state in {path} cannot be written: it is read-only. Check the rights of the file and its folder, or name another with --state"
    )]
    ReadOnly {
        /// Where.
        path: String,
    },
    /// The folder cannot be made or written.
    #[error("the state folder {path}: {source}")]
    Folder {
        /// Where.
        path: String,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
    /// A row does not read back.
    #[error("the state holds something unreadable ({what}): {source}")]
    Unreadable {
        /// What.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A backup cannot be taken in.
    #[error("{0}")]
    Import(String),
    /// The writer has stopped.
    #[error("the state writer has stopped; see the error before this one")]
    Stopped,
}

/// SQLite's result codes that have words of their own (https://sqlite.org/rescode.html); extended codes carry them in the low byte.
const BUSY: i64 = 5;
const READONLY: i64 = 8;
const CORRUPT: i64 = 11;
const FULL: i64 = 13;
const CANNOT_OPEN: i64 = 14;
const NOT_A_DATABASE: i64 = 26;

impl StoreError {
    /// A database's error by its result code.
    pub(crate) fn of(path: &Path, what: &'static str, source: sqlx::Error) -> Self {
        let shown = path.display().to_string();
        let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<i64>().ok());
        match code.map(|code| code & 0xff) {
            Some(READONLY) => Self::ReadOnly { path: shown },
            // On a file system that may only be read SQLite cannot make its files beside the database, and says no more than that.
            Some(CANNOT_OPEN) if may_only_be_read(path) => Self::ReadOnly { path: shown },
            Some(BUSY) => Self::Locked { path: shown },
            Some(FULL) => Self::Full { path: shown },
            Some(CORRUPT | NOT_A_DATABASE) => Self::Corrupt { path: shown, backup: newest_copy(path), detail: source.to_string() },
            _ => Self::Database { path: shown, what, source },
        }
    }
}

/// Whether the file, or where it would be made, may be read and not written.
fn may_only_be_read(path: &Path) -> bool {
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    let refused = |error: std::io::Error| matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
    let folder = path.parent().and_then(|folder| folder.metadata().ok());
    opened.is_err_and(refused) || folder.is_some_and(|folder| folder.permissions().readonly())
}

/// The newest copy beside the state.
fn newest_copy(path: &Path) -> Option<String> {
    let copies = std::fs::read_dir(path.parent()?).ok()?.filter_map(Result::ok);
    let copies = copies.filter(|entry| entry.file_name().to_string_lossy().ends_with(".backup.db"));
    let newest = copies.max_by_key(|entry| entry.metadata().and_then(|metadata| metadata.modified()).ok())?;
    Some(newest.path().display().to_string())
}
