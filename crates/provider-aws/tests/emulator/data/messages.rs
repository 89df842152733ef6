//! Queues and topics.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::sns::{Subscription, Topic, TopicPolicy};
use strata_aws::sqs::{Queue, QueuePolicy, RedrivePolicy};
use strata_provider_aws::error::classify;

use super::key;
use crate::support::Bench;

fn queue(name: &str) -> Queue {
    Queue {
        queue_name: name.into(),
        visibility_timeout: 60,
        message_retention_period: 1_209_600,
        receive_message_wait_time_seconds: 20,
        ..Queue::default()
    }
}

#[tokio::test]
async fn a_queue_with_its_dead_letters_and_policy() {
    let bench = Bench::new(320);
    let dead = bench.create("dead", Queue { kms_master_key_id: Some(key(&bench)), ..queue("acme-dead") }).await;
    let jobs = Queue {
        kms_master_key_id: Some(key(&bench)),
        kms_data_key_reuse_period_seconds: Some(300),
        redrive_policy: Some(RedrivePolicy { dead_letter_target_arn: dead.output("Arn"), max_receive_count: 5 }),
        ..queue("acme-jobs")
    };
    let mut jobs = bench.create("jobs", jobs).await;
    let allow = Statement::allow("Topic", ["sqs:SendMessage"], [jobs.output("Arn")]).for_service("sns.amazonaws.com");
    let policy = QueuePolicy { queues: vec![jobs.output("QueueUrl")], policy_document: PolicyDocument::new([allow]) };
    let mut policy = bench.create("jobs", policy).await;
    bench
        .update(&mut jobs, |jobs| {
            jobs.visibility_timeout = 120;
            jobs.receive_message_wait_time_seconds = 10;
            jobs.redrive_policy.as_mut().unwrap().max_receive_count = 3;
            jobs.tags.insert("team".into(), "web".into());
        })
        .await;
    bench.update(&mut jobs, |jobs| jobs.redrive_policy = None).await;
    bench.update(&mut policy, |policy| policy.policy_document.statement[0].action = vec!["sqs:SendMessage".into(), "sqs:x".into()]).await;
    bench.delete(policy).await;
    bench.delete(jobs).await;
    bench.delete(dead).await;
    let fifo = Queue { fifo_queue: Some(true), content_based_deduplication: Some(true), ..queue("acme.fifo") };
    let fifo = bench.create("fifo", fifo).await;
    bench.delete(fifo).await;
}

#[tokio::test]
async fn a_topic_with_policy_and_subscriptions() {
    let bench = Bench::new(321);
    let topic = Topic { topic_name: "acme-alerts".into(), kms_master_key_id: Some(key(&bench)), ..Topic::default() };
    let mut topic = bench.create("alerts", topic).await;
    bench
        .update(&mut topic, |topic| {
            topic.display_name = Some("Alerts".into());
            topic.tags.insert("team".into(), "web".into());
        })
        .await;
    let allow = Statement::allow("Alarms", ["sns:Publish"], [topic.output("TopicArn")]).for_service("cloudwatch.amazonaws.com");
    let policy = TopicPolicy { topics: vec![topic.output("TopicArn")], policy_document: PolicyDocument::new([allow]) };
    let mut policy = bench.create("alerts", policy).await;
    let other = Statement::allow("Events", ["sns:Publish"], [topic.output("TopicArn")]).for_service("events.amazonaws.com");
    bench.update(&mut policy, |policy| policy.policy_document = PolicyDocument::new([other])).await;
    let queue = bench.create("heard", queue("acme-heard")).await;
    let heard = Subscription {
        topic_arn: topic.output("TopicArn"),
        protocol: "sqs".into(),
        endpoint: queue.output("Arn"),
        raw_message_delivery: Some(true),
    };
    let mut heard = bench.create("heard", heard).await;
    bench.update(&mut heard, |heard| heard.raw_message_delivery = Some(false)).await;
    let mail = Subscription {
        topic_arn: topic.output("TopicArn"),
        protocol: "email".into(),
        endpoint: "on-call@acme.example".into(),
        raw_message_delivery: None,
    };
    let mail = bench.create("mail", mail).await;
    let fifo = Topic {
        topic_name: "acme-orders.fifo".into(),
        fifo_topic: Some(true),
        content_based_deduplication: Some(true),
        ..Topic::default()
    };
    let mut fifo = bench.create("orders", fifo).await;
    bench.update(&mut fifo, |fifo| fifo.content_based_deduplication = Some(false)).await;
    bench.delete(fifo).await;
    bench.delete(mail).await;
    bench.delete(heard).await;
    bench.delete(policy).await;
    bench.delete(topic).await;
    bench.delete(queue).await;
}

#[test]
fn a_name_that_was_used_a_moment_ago_is_tried_again() {
    assert_eq!(classify("AWS.SimpleQueueService.QueueDeletedRecently"), strata_provider::ErrorKind::Transient);
    assert_eq!(classify("OperationAborted"), strata_provider::ErrorKind::Transient);
}
