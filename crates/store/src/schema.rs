//! The database's tables and the migrations that lead to them. A migration is never changed once it was released.

/// One statement list for each format; applied in order from the format that is found.
pub(crate) const MIGRATIONS: &[&[&str]] = &[FIRST, RUNS_CAN_BE_ASKED, FINDINGS, FAILURES_ARE_COUNTED];

/// What keeps failing, by resource; most of it was never made and so has no row among the resources.
const FAILURES_ARE_COUNTED: &[&str] = &["CREATE TABLE failures (
        address TEXT PRIMARY KEY,
        scope TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT"];

/// What others ask of a run, what became of its steps, and who took it away from its holder.
const RUNS_CAN_BE_ASKED: &[&str] = &[
    "ALTER TABLE runs ADD COLUMN asked TEXT NOT NULL DEFAULT 'nothing'",
    "ALTER TABLE runs ADD COLUMN steps TEXT",
    "ALTER TABLE runs ADD COLUMN note TEXT",
];

/// Violations on the live cloud, from the look that first saw them to the one that saw them repaired. Of one violation one is open.
const FINDINGS: &[&str] = &[
    "CREATE TABLE findings (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        scope TEXT NOT NULL,
        control TEXT NOT NULL,
        address TEXT NOT NULL,
        open INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT",
    "CREATE UNIQUE INDEX findings_open ON findings (control, address) WHERE open = 1",
    "CREATE INDEX findings_of_scope ON findings (scope)",
];

const FIRST: &[&str] = &[
    "CREATE TABLE scopes (
        scope TEXT PRIMARY KEY,
        serial INTEGER NOT NULL,
        placement TEXT,
        metadata TEXT NOT NULL,
        stands_on TEXT NOT NULL
    ) STRICT",
    "CREATE TABLE resources (
        address TEXT PRIMARY KEY,
        scope TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT",
    "CREATE INDEX resources_of_scope ON resources (scope)",
    "CREATE TABLE plans (
        digest TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT",
    "CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        plan TEXT NOT NULL REFERENCES plans (digest),
        target TEXT NOT NULL,
        scopes TEXT NOT NULL,
        starter TEXT NOT NULL,
        status TEXT NOT NULL,
        summary TEXT NOT NULL,
        started TEXT NOT NULL,
        ended TEXT,
        heartbeat INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE journal (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        token TEXT NOT NULL UNIQUE,
        run INTEGER NOT NULL REFERENCES runs (number),
        intent TEXT NOT NULL,
        intended TEXT NOT NULL,
        outcome TEXT,
        settled TEXT
    ) STRICT",
    "CREATE INDEX journal_open ON journal (sequence) WHERE outcome IS NULL",
    "CREATE INDEX journal_of_run ON journal (run)",
];
