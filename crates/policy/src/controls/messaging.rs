//! Controls of queues, topics and secrets: Amazon SQS, Amazon SNS, AWS Secrets Manager.

use strata_aws::lambda::Function;
use strata_aws::scheduler::Schedule;
use strata_aws::secretsmanager::Secret;
use strata_aws::sns::{Subscription, Topic, TopicPolicy};
use strata_aws::sqs::{Queue, QueuePolicy};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, violated};
use crate::policies::{public_statements, refuses_plain_text};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "secret-encrypted", Infrastructure, High, Both, ["AWS::SecretsManager::Secret"];
        title: "A secret is encrypted with a key of our own",
        why: "With a key of our own, reading the secret needs the right to the key too.",
        repair: "Set KmsKeyId to a key of the environment.",
        prowler: [], checkov: ["CKV_AWS_149"], config: ["SECRETSMANAGER_USING_CMK"], security_hub: [],
        each: secret_encrypted,
    },
    control! {
        "sns-policy-not-public", Infrastructure, High, Both, ["AWS::SNS::TopicPolicy"];
        title: "No topic policy lets strangers in",
        why: "Strangers could read what is published, or publish in our name.",
        repair: "Name the principals, or add a condition on the account that they come from.",
        prowler: ["sns_topics_not_publicly_accessible"],
        checkov: ["CKV_AWS_169"],
        config: ["SNS_TOPIC_NO_PUBLIC_ACCESS"],
        security_hub: ["SNS.4"],
        each: topic_policy_not_public,
    },
    control! {
        "sns-subscription-no-plain-http", Infrastructure, Medium, Both, ["AWS::SNS::Subscription"];
        title: "Messages of a topic leave by encrypted ways only",
        why: "Over plain HTTP a message can be read on its way.",
        repair: "Use the protocol https.",
        prowler: ["sns_subscription_not_using_http_endpoints"], checkov: [], config: [], security_hub: [],
        each: subscription_encrypted,
    },
    control! {
        "sns-topic-encrypted", Infrastructure, Medium, Both, ["AWS::SNS::Topic"];
        title: "Messages of a topic are encrypted with a key of our own",
        why: "Messages wait in storage until they are delivered.",
        repair: "Set KmsMasterKeyId to a key of ours.",
        prowler: ["sns_topics_kms_encryption_at_rest_enabled"],
        checkov: ["CKV_AWS_26"],
        config: ["SNS_ENCRYPTED_KMS"],
        security_hub: ["SNS.1"],
        each: topic_encrypted,
    },
    control! {
        "sqs-dead-letters", Infrastructure, Low, Both, ["AWS::SQS::Queue"];
        title: "A message that cannot be handled is kept apart",
        why: "Without a queue of failed messages, one bad message blocks the others or is lost without a word.",
        repair: "Give the queue a RedrivePolicy.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: queue_dead_letters,
    },
    control! {
        "sqs-policy-not-public", Infrastructure, High, Both, ["AWS::SQS::QueuePolicy"];
        title: "No queue policy lets strangers in",
        why: "Strangers could take messages, or send false ones.",
        repair: "Name the principals, or add a condition on the account that they come from.",
        prowler: ["sqs_queues_not_publicly_accessible"],
        checkov: ["CKV_AWS_168", "CKV_AWS_387"],
        config: ["SQS_QUEUE_NO_PUBLIC_ACCESS"],
        security_hub: ["SQS.3"],
        each: queue_policy_not_public,
    },
    control! {
        "sqs-queue-encrypted", Infrastructure, Medium, Both, ["AWS::SQS::Queue"];
        title: "Messages in a queue are encrypted with a key of our own",
        why: "Messages hold what was sent until somebody takes it.",
        repair: "Set KmsMasterKeyId to a key of the environment.",
        prowler: ["sqs_queues_server_side_encryption_enabled"],
        checkov: ["CKV_AWS_27", "CKV2_AWS_73"],
        config: [],
        security_hub: ["SQS.1"],
        each: queue_encrypted,
    },
    control! {
        "sqs-queue-tls-only", Infrastructure, Medium, Both, ["AWS::SQS::Queue"];
        title: "A queue refuses requests without TLS",
        why: "Over plain HTTP a message can be read on its way.",
        repair: "Give the queue a policy that denies sqs:* to everybody where aws:SecureTransport is false.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: queue_tls_only,
    },
];

fn secret_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let secret = view.read::<Secret>(resource)?;
    check(is_set(secret.kms_key_id.as_ref()), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn topic_policy_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = view.read::<TopicPolicy>(resource)?;
    none_of(public_statements(&policy.policy_document), "no statement allows everybody")
}

fn subscription_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let subscription = view.read::<Subscription>(resource)?;
    let protocol = &subscription.protocol;
    check(protocol != "http", format!("the protocol is {protocol}"), "the protocol is http")
}

fn topic_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let topic = view.read::<Topic>(resource)?;
    // AWS's own key cannot be given to the services that publish alarms, so it counts as none.
    let own = is_set(topic.kms_master_key_id.as_ref())
        && topic.kms_master_key_id.as_ref().and_then(|key| key.as_literal()) != Some("alias/aws/sns");
    check(own, "encrypted with a key of ours", "KmsMasterKeyId is no key of ours")
}

fn queue_policy_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = view.read::<QueuePolicy>(resource)?;
    none_of(public_statements(&policy.policy_document), "no statement allows everybody")
}

fn queue_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let queue = view.read::<Queue>(resource)?;
    let own = is_set(queue.kms_master_key_id.as_ref())
        && queue.kms_master_key_id.as_ref().and_then(|key| key.as_literal()) != Some("alias/aws/sqs");
    check(own, "encrypted with a key of ours", "KmsMasterKeyId is no key of ours")
}

fn queue_tls_only(view: &View<'_>, resource: &Resource) -> Answer {
    let policies = view.naming::<QueuePolicy>(&resource.address)?;
    let mut own = policies.iter().filter(|(_, policy)| policy.queues.iter().any(|queue| view.is(queue, &resource.address))).peekable();
    if own.peek().is_none() {
        return violated("the queue has no policy");
    }
    check(
        own.any(|(_, policy)| refuses_plain_text(&policy.policy_document, "sqs")),
        "its policy denies requests without TLS",
        "its policy does not deny requests without TLS",
    )
}

/// A queue that others send their failed messages to has none of its own.
fn queue_dead_letters(view: &View<'_>, resource: &Resource) -> Answer {
    let queue = view.read::<Queue>(resource)?;
    if let Some(policy) = &queue.redrive_policy {
        return met(format!("after {} tries", policy.max_receive_count));
    }
    let address = &resource.address;
    let of_queue = view
        .naming::<Queue>(address)?
        .iter()
        .any(|(_, other)| other.redrive_policy.as_ref().is_some_and(|policy| view.is(&policy.dead_letter_target_arn, address)));
    let of_function = view
        .naming::<Function>(address)?
        .iter()
        .any(|(_, function)| function.dead_letter_config.as_ref().is_some_and(|config| view.is(&config.target_arn, address)));
    let of_schedule = view
        .naming::<Schedule>(address)?
        .iter()
        .any(|(_, schedule)| schedule.target.dead_letter_config.as_ref().is_some_and(|config| view.is(&config.arn, address)));
    if of_queue || of_function || of_schedule { not_applicable() } else { violated("it has no RedrivePolicy") }
}
