//! The topic that the account's alarms are told to, and who hears it.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::sns::{Subscription, Topic, TopicPolicy};
use strata_graph::name::fingerprint;
use strata_graph::{Pseudo, Text};
use strata_spec::Platform;

use crate::builder::{About, Builder};
use crate::foundations::AccountView;
use crate::naming::limit;

/// The policy of a topic that alarms and events of this account may publish to, by TLS only.
#[must_use]
pub(crate) fn topic_policy(topic_arn: &Text) -> PolicyDocument {
    let publish = |sid: &str, service: &str| {
        Statement::allow(sid, ["sns:Publish"], [topic_arn.clone()]).for_service(service).when(
            "StringEquals",
            "aws:SourceAccount",
            [Pseudo::AccountId],
        )
    };
    PolicyDocument::new([
        Statement::deny("NoPlainText", ["sns:Publish"], [topic_arn.clone()]).for_aws(["*"]).when("Bool", "aws:SecureTransport", ["false"]),
        publish("Alarms", "cloudwatch.amazonaws.com"),
        publish("Events", "events.amazonaws.com"),
        publish("DatabaseEvents", "events.rds.amazonaws.com"),
    ])
}

/// Lowers the topic, its policy and a subscription for each address of mail.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView) {
    let about = About::new(account.key_path(), "Tells people about alarms of the account.").also("platform:observability.incidents");
    let topic = Topic {
        topic_name: builder.name(&["alerts"], limit::TOPIC),
        display_name: Some(format!("{} {}", platform.platform, account.name)),
        kms_master_key_id: Some(account.key().arn()),
        signature_version: Some("2".to_owned()),
        ..Topic::default()
    };
    let topic = builder.add("alerts", topic, about.clone());
    let arn = topic.output("TopicArn");
    let policy = TopicPolicy { policy_document: topic_policy(&arn), topics: vec![arn.clone()] };
    builder.add("alerts", policy, about);
    for (index, address) in platform.observability.incidents.email.iter().enumerate() {
        let subscription = Subscription {
            topic_arn: arn.clone(),
            protocol: "email".to_owned(),
            endpoint: address.as_str().into(),
            ..Subscription::default()
        };
        let key = format!("platform:observability.incidents.email.{index}");
        let about = About::new(key, "Hears the account's alarms.")
            .waiting_for("the owner of the address must confirm the subscription that AWS sent by mail");
        // Two addresses may differ only in characters that names do not take.
        builder.add(&format!("alerts-{address}-{}", fingerprint(address, 6)), subscription, about);
    }
}
