//! That Route 53 may write down the queries to the public zones of the account.
//!
//! Invariant: Route 53 delivers the queries of every zone, wherever its records lead, to log groups in us-east-1 alone (Route 53 developer guide,
//! "Public DNS query logging"); so the policy stands in that region's baseline and in no other.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::logs::ResourcePolicy;
use strata_graph::{Layer, Pseudo, Text};

use crate::arn::regional_arn;
use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;
use crate::naming::limit;

/// The one region whose log groups take queries.
const REGION: &str = "us-east-1";
/// What the names of such log groups begin with.
const PREFIX: &str = "/aws/route53/";

/// The name of the log group of a zone.
#[must_use]
pub(crate) fn group_name(zone: &str) -> String {
    format!("{PREFIX}{zone}")
}

/// The policy that lets Route 53 write; none in a region whose log groups it does not write into.
#[must_use]
pub(crate) fn policy(account: &AccountView) -> Option<Handle> {
    (account.placement.region == REGION).then(|| Handle::to::<ResourcePolicy>(&account.scope, "route53"))
}

/// Lowers the policy.
pub(super) fn lower(builder: &mut Builder<'_>, account: &AccountView) {
    if policy(account).is_none() {
        return;
    }
    let zones = Text::join(["arn:".into(), Pseudo::Partition.into(), ":route53:::hostedzone/*".into()]);
    let groups = regional_arn("logs", &format!("log-group:{PREFIX}*"));
    let statement = Statement::allow("Queries", ["logs:CreateLogStream", "logs:PutLogEvents"], [groups])
        .for_service("route53.amazonaws.com")
        .when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId])
        .when("ArnLike", "aws:SourceArn", [zones]);
    let policy =
        ResourcePolicy { policy_name: builder.name(&["route53"], limit::GROUP), policy_document: PolicyDocument::new([statement]) };
    let about = About::new(account.key_path(), "Lets Route 53 write down the queries to the account's public zones, and nothing else.");
    builder.add("route53", policy, about.in_layer(Layer::Observability));
}
