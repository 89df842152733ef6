//! What happens to the account's databases in a region is told to the alert topic: failures, maintenance, changes of their settings.
//!
//! Invariant: one subscription for each kind of source and for all sources of that kind, so that a new database is heard of from its first minute.

use strata_aws::rds::EventSubscription;
use strata_aws::sns::TopicPolicy;
use strata_graph::Layer;

use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;
use crate::naming::limit;

/// Name, RDS's word for the source, what is told, and what that is in words (Security Hub RDS.19 to RDS.22).
const SOURCES: [(&str, &str, &[&str], &str); 4] = [
    ("database-clusters", "db-cluster", &["failure", "maintenance"], "Tells people when a database cluster fails or is maintained."),
    (
        "database-instances",
        "db-instance",
        &["configuration change", "failure", "maintenance"],
        "Tells people when a database fails, is maintained or is changed.",
    ),
    ("database-parameters", "db-parameter-group", &["configuration change"], "Tells people when the parameters of databases are changed."),
    (
        "database-security-groups",
        "db-security-group",
        &["configuration change", "failure"],
        "Tells people when a security group of RDS itself is changed or fails.",
    ),
];

/// Lowers the subscriptions.
pub(super) fn lower(builder: &mut Builder<'_>, account: &AccountView) {
    for (name, source_type, categories, purpose) in SOURCES {
        let subscription = EventSubscription {
            subscription_name: builder.name(&[name], limit::DATABASE),
            sns_topic_arn: account.alerts_topic().output("TopicArn"),
            source_type: source_type.to_owned(),
            event_categories: categories.iter().map(|category| (*category).to_owned()).collect(),
            enabled: true,
            ..EventSubscription::default()
        };
        // RDS publishes a first message when it is made: the topic's policy must let it.
        let about = About::new(account.key_path(), purpose)
            .also("platform:observability.incidents")
            .after(&Handle::to::<TopicPolicy>(&account.scope, "alerts"))
            .in_layer(Layer::Observability);
        builder.add(name, subscription, about);
    }
}
