//! What a cloud call can end in, classified by what a person or the engine does about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of failure it is, and so who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Too many calls; worth trying again later. Nothing was carried out: a creation of which an earlier call was carried out fails as
    /// [`Self::Transient`].
    Throttled,
    /// The network or the service failed in passing; worth trying again. Whether the call was carried out is unknown.
    Transient,
    /// Something of that name exists and is not ours, or another change is under way.
    Conflict,
    /// Something else still uses the resource.
    Dependency,
    /// A quota of the account is used up.
    Quota,
    /// The caller may not do that.
    Denied,
    /// No credentials, or none that work.
    Credentials,
    /// The request is wrong; trying again cannot help.
    Invalid,
    /// The thing is not there.
    NotFound,
    /// The emulator does not know the operation. Never the answer of the real cloud.
    Unsupported,
    /// The provider itself is wrong.
    Internal,
}

impl ErrorKind {
    /// What a person does about it, where the cloud's code says nothing more exact.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        match self {
            Self::Throttled => "run the same command again, with a smaller --parallel",
            Self::Transient => "run the same command again: what came of the call is looked up first",
            Self::Conflict => "rename one of the two or adopt what stands; where another change is under way, wait for it and run again",
            Self::Dependency => "remove what still uses it, then run the same command again",
            Self::Quota => "ask for more in Service Quotas, or remove what is not needed; then run the same command again",
            Self::Denied => "give the role that operation on this resource, then run the same command again",
            Self::Credentials => "renew the credentials, then run the same command again",
            Self::Invalid => "change what the files ask for: the same request is refused again",
            Self::NotFound => "run the same command again: the next plan is made from what stands",
            Self::Unsupported => "nothing: this emulator lacks the operation, and AWS has it",
            Self::Internal => "please report this with the plan",
        }
    }

    /// Whether it says something of this one resource and comes again with the same request: not so what passes by itself, nor what is
    /// wrong with the caller.
    #[must_use]
    pub fn is_the_resources(self) -> bool {
        !matches!(self, Self::Throttled | Self::Transient | Self::Credentials | Self::Unsupported)
    }

    /// Whether trying the same call again can help.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Transient)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Throttled => "throttled",
            Self::Transient => "failed in passing",
            Self::Conflict => "conflict",
            Self::Dependency => "still in use",
            Self::Quota => "quota used up",
            Self::Denied => "denied",
            Self::Credentials => "no working credentials",
            Self::Invalid => "refused",
            Self::NotFound => "not found",
            Self::Unsupported => "not supported by this emulator",
            Self::Internal => "internal error",
        })
    }
}

/// A failed cloud call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{operation}: {kind}: {message}{}", code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default())]
pub struct ProviderError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// The API operation, for example `ec2:CreateVpc`.
    pub operation: String,
    /// The cloud's error code, for example `VpcLimitExceeded`.
    pub code: Option<String>,
    /// The cloud's words.
    pub message: String,
    /// What a person does about this very error, where more is known than its kind says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_do: Option<String>,
}

impl ProviderError {
    /// An error from its parts.
    pub fn new(kind: ErrorKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, operation: operation.into(), code: None, message: message.into(), to_do: None }
    }

    /// The way it failed, the same for the same failure: `denied (AccessDenied)`.
    #[must_use]
    pub fn cause(&self) -> String {
        self.code.as_ref().map_or_else(|| self.kind.to_string(), |code| format!("{} ({code})", self.kind))
    }

    /// What happened and what a person does about it.
    #[must_use]
    pub fn told(&self) -> String {
        format!("{self}; to do: {}", self.to_do.as_deref().unwrap_or_else(|| self.kind.to_do()))
    }

    /// The provider was given, or got back, what it cannot be given: a wrong document, a missing field.
    pub fn internal(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, operation, message)
    }
}
