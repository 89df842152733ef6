//! What each kind of thing publishes for `${name.output}`.

use crate::model::TargetKind;

/// The outputs of `${env....}`.
pub const ENVIRONMENT_OUTPUTS: &[&str] = &["host", "name", "region", "account"];

/// The outputs of `${app....}`.
pub const APPLICATION_OUTPUTS: &[&str] = &["name"];

/// The outputs that a thing of this kind publishes. `url` is what a client library connects to; a database's `url` carries no
/// password (it comes from Secrets Manager when the workload starts).
pub fn outputs(kind: TargetKind) -> &'static [&'static str] {
    match kind {
        TargetKind::Postgres | TargetKind::Mysql => &["url", "host", "port", "name", "user"],
        TargetKind::Redis => &["url", "host", "port"],
        TargetKind::Search => &["url", "endpoint", "arn", "region"],
        TargetKind::Bucket => &["name", "arn", "url"],
        TargetKind::Table => &["name", "arn"],
        TargetKind::Queue => &["url", "arn", "name"],
        TargetKind::Topic | TargetKind::Bus | TargetKind::Stream => &["name", "arn"],
        TargetKind::Key => &["id", "arn"],
        TargetKind::Secret => &["name", "arn"],
        TargetKind::Files => &["path", "id", "arn"],
        TargetKind::Service => &["url", "host", "port"],
    }
}
