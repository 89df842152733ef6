//! ARNs composed before the thing they name stands: the account, region and partition are filled in where the plan runs.
//!
//! Only for things whose physical name is ours and deterministic; everything else is referred to by its output.

use strata_graph::{Pseudo, Text};

/// The ARN of an IAM principal or other global thing of this account: `arn:PARTITION:iam::ACCOUNT:REST`.
#[must_use]
pub fn iam_arn(rest: &str) -> Text {
    Text::join(["arn:".into(), Pseudo::Partition.into(), ":iam::".into(), Pseudo::AccountId.into(), format!(":{rest}").into()])
}

/// An ARN of this account and region: `arn:PARTITION:SERVICE:REGION:ACCOUNT:REST`.
#[must_use]
pub fn regional_arn(service: &str, rest: &str) -> Text {
    Text::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        format!(":{service}:").into(),
        Pseudo::Region.into(),
        ":".into(),
        Pseudo::AccountId.into(),
        format!(":{rest}").into(),
    ])
}

/// The ARN of a bucket, or of `BUCKET/KEYS` in it.
#[must_use]
pub fn bucket_arn(rest: &str) -> Text {
    Text::join(["arn:".into(), Pseudo::Partition.into(), format!(":s3:::{rest}").into()])
}
