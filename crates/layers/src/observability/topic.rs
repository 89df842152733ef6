//! The topic that the environment's alarms go to.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::sns::{Subscription, Topic, TopicPolicy};
use strata_graph::{Layer, Pseudo};

use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;

/// The topic's name in the graph.
pub(super) const NAME: &str = "alerts";

/// Adds the topic, its policy (TLS only; CloudWatch of this account publishes) and the platform's receivers by mail.
pub(crate) fn lower(context: &mut Context<'_>, key: &Handle) -> Handle {
    let place = format!("environments.{}", context.environment());
    let about = |purpose: &str| About::new(place.clone(), purpose).in_layer(Layer::Observability);
    let topic = Topic {
        topic_name: context.builder.name(&[NAME], limit::TOPIC),
        display_name: Some(format!("{} {}", context.application(), context.environment())),
        kms_master_key_id: Some(key.arn()),
        ..Topic::default()
    };
    let topic = context.builder.add(NAME, topic, about("The alarms of the environment are told to whoever hears this topic."));
    let policy = TopicPolicy {
        topics: vec![topic.output("TopicArn")],
        policy_document: PolicyDocument::new([
            Statement::allow("Alarms", ["sns:Publish"], [topic.output("TopicArn")]).for_service("cloudwatch.amazonaws.com").when(
                "StringEquals",
                "aws:SourceAccount",
                [Pseudo::AccountId],
            ),
            Statement::deny("OnlyTls", ["sns:Publish"], [topic.output("TopicArn")]).for_aws(["*"]).when(
                "Bool",
                "aws:SecureTransport",
                ["false"],
            ),
        ]),
    };
    context.builder.add(NAME, policy, about("CloudWatch may publish alarms; requests without TLS are refused."));
    for (index, address) in context.platform.observability.incidents.email.iter().enumerate() {
        let subscription = Subscription {
            topic_arn: topic.output("TopicArn"),
            protocol: "email".to_owned(),
            endpoint: address.clone().into(),
            ..Subscription::default()
        };
        let about = About::new(
            format!("platform:observability.incidents.email.{index}"),
            format!("{address} hears the alarms, once the first mail is answered."),
        );
        context.builder.add(&format!("{NAME}-{address}"), subscription, about.in_layer(Layer::Observability));
    }
    topic
}
