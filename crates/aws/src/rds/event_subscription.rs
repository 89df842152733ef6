//! `AWS::RDS::EventSubscription`: tells a topic what happens to databases.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A subscription to the events of one kind of source in the account and region, whichever sources there are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventSubscription {
    /// At most 254 characters, lower case.
    pub subscription_name: String,
    /// The topic, whose policy and key must let `events.rds.amazonaws.com` publish.
    pub sns_topic_arn: Text,
    /// `db-instance`, `db-cluster`, `db-parameter-group`, `db-security-group`.
    pub source_type: String,
    /// What is told, for example `failure`.
    #[serde(serialize_with = "crate::normal::sorted")]
    pub event_categories: Vec<String>,
    /// Whether it tells.
    pub enabled: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for EventSubscription {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::RDS::EventSubscription",
        kind: "db_event_subscription",
        service: "rds",
        replace_on: &["SubscriptionName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_db_event_subscription",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_db_event_subscription")
            .set("name", &self.subscription_name)
            .set("sns_topic", &self.sns_topic_arn)
            .set("source_type", &self.source_type)
            .set("event_categories", &self.event_categories)
            .set("enabled", self.enabled)
            .tags(&self.tags);
    }
}
