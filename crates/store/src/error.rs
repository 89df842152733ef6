//! What can go wrong with the state on disk, in words that say what to do.

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
