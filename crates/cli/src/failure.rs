//! How a command fails: diagnostics and an exit code.

use strata_diag::{Code, Diagnostic, Diagnostics, Sources, codes, render_text, to_json};
use strata_engine::EngineError;
use strata_provider::{ErrorKind, ProviderError};
use strata_store::StoreError;

use crate::arguments::{Arguments, Format};
use crate::output;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    /// What to say.
    pub diagnostics: Diagnostics,
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// The exit code.
    pub code: u8,
}

impl Failure {
    /// A failure of one diagnostic.
    pub fn one(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: diagnostic.into(), sources: Sources::new(), code: 1 }
    }

    /// A failure with a message and what to do about it.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::one(Diagnostic::error(code, message).hint(hint))
    }

    /// A wrong call: exit code 2.
    pub fn usage(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: 2, ..Self::new(code, message, hint) }
    }

    /// Diagnostics of the user's files.
    pub fn of_files(diagnostics: Diagnostics, sources: &Sources) -> Self {
        Self { diagnostics, sources: sources.clone(), code: 1 }
    }

    /// Says it, and gives the exit code.
    pub fn report(self, arguments: &Arguments) -> u8 {
        if arguments.format == Some(Format::Json) {
            output::answer(&format!("{:#}\n", to_json(&self.diagnostics)));
        } else {
            let text = render_text(&self.diagnostics, &self.sources, output::width(), output::colour(&std::io::stderr()));
            eprint!("{text}");
        }
        self.code
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::Stale { .. } => (codes::E0701, "make the plan again and run that one"),
            StoreError::Held { .. } => (codes::E0702, "`strata runs` shows the run; when its process is gone the scope is free again"),
            StoreError::Tampered => (codes::E0703, "make the plan again: strata plan --env ENVIRONMENT -o FILE"),
            StoreError::TooNew { .. } => (codes::E0704, "`strata version` shows which version this is"),
            StoreError::Import(_) => (codes::E0705, "`strata state export` writes a backup that can be imported"),
            StoreError::Fenced { .. } => {
                (codes::E0707, "`strata runs` says who holds the scopes; run the same command again when they are free")
            }
            StoreError::NoRun { .. } | StoreError::NotRunning { .. } => (codes::E0708, "`strata runs` lists the runs and how they stand"),
            StoreError::Corrupt { .. } => (codes::E0709, "`strata state verify` says what can still be read"),
            _ => (codes::E0706, "check the folder's rights and the free space; a backup is brought back by `strata state import`"),
        };
        Self::new(code, error.to_string(), hint)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            slow @ EngineError::SlowRecord { .. } => Self::new(
                codes::E0706,
                slow.to_string(),
                "look at the disk of the state folder; when it answers again, run the same command again: it goes on where this one ended",
            ),
        }
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        match error.kind {
            ErrorKind::Credentials => Self::new(
                codes::E0801,
                format!("no credentials that work: {}", error.message),
                "looked for, in this order: the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), the profile \
                 named by AWS_PROFILE in ~/.aws/config and ~/.aws/credentials (keys, single sign-on, credential process, web identity \
                 token), the container's endpoint, the instance's metadata; then the role that the platform file names for the account. \
                 To try without an account: --sandbox",
            ),
            _ => Self::new(
                codes::E0802,
                format!("the cloud call failed: {error}"),
                "nothing was changed by this call; run the command again",
            ),
        }
    }
}

impl From<strata_plan::PlanError> for Failure {
    fn from(error: strata_plan::PlanError) -> Self {
        Self::new(codes::E0501, error.to_string(), "this is a mistake in Strata, not in your files; please report it with both files")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(codes::E0902, error.to_string(), "check that the file or folder is there and may be written")
    }
}
