//! Functions, who may call them, what feeds them.

use std::collections::BTreeMap;

use strata_aws::lambda::*;
use strata_aws::s3::{Bucket, FilterRule, LambdaConfiguration, NotificationConfiguration, NotificationFilter, S3KeyFilter};
use strata_aws::sqs::Queue;
use strata_graph::Text;
use strata_provider::ErrorKind;

use super::{key, subnets};
use crate::support::Bench;

fn digest(content: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn code(name: &str) -> Code {
    Code { artifact: name.into(), sha256: digest(&format!("zip of {name}")) }
}

async fn role(bench: &Bench) -> Text {
    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let cloud = bench.cloud().await;
    let answer = cloud.iam().create_role().role_name("receipt").assume_role_policy_document(trust).send().await.unwrap();
    answer.role().unwrap().arn().into()
}

/// A function that can be made.
pub async fn function(bench: &Bench) -> Function {
    Function {
        function_name: "acme-receipt".into(),
        handler: "main.handler".into(),
        runtime: "python3.13".into(),
        role: role(bench).await,
        architectures: vec!["arm64".into()],
        memory_size: 256,
        timeout: 30,
        environment: Some(Environment { variables: BTreeMap::from([("STAGE".to_owned(), "dev".into())]) }),
        kms_key_arn: Some(key(bench)),
        tracing_config: Some(TracingConfig { mode: "Active".into() }),
        dead_letter_config: Some(DeadLetterConfig { target_arn: "arn:aws:sqs:us-east-1:1:dead".into() }),
        logging_config: Some(LoggingConfig { log_group: "/acme/receipt".into(), log_format: "JSON".into() }),
        code: code("first"),
        ..Function::default()
    }
}

#[tokio::test]
async fn a_function_with_its_caller_and_its_source() {
    let bench = Bench::new(350);
    let subnets = subnets(&bench).await;
    let mut receipt = function(&bench).await;
    receipt.vpc_config = Some(VpcConfig { subnet_ids: subnets[..2].to_vec(), security_group_ids: vec!["sg-11111111111111111".into()] });
    receipt.reserved_concurrent_executions = Some(5);
    let mut receipt = bench.create("receipt", receipt).await;
    bench
        .update(&mut receipt, |receipt| {
            receipt.code = code("second");
            receipt.memory_size = 512;
            receipt.environment.as_mut().unwrap().variables.insert("LEVEL".into(), "info".into());
            receipt.tags.insert("team".into(), "web".into());
            receipt.reserved_concurrent_executions = Some(7);
        })
        .await;
    bench
        .update(&mut receipt, |receipt| {
            receipt.environment = None;
            receipt.reserved_concurrent_executions = None;
        })
        .await;
    let permission = Permission {
        function_name: receipt.output("FunctionName"),
        action: "lambda:InvokeFunction".into(),
        principal: "s3.amazonaws.com".into(),
        source_account: Some(bench.account_id().into()),
        source_arn: Some("arn:aws:s3:::data-350-documents".into()),
    };
    let permission = bench.create("documents", permission).await;
    let mut bucket = Bucket::encrypted_by_s3("data-350-documents");
    bucket.notification_configuration = Some(NotificationConfiguration {
        lambda_configurations: vec![LambdaConfiguration {
            event: "s3:ObjectCreated:*".into(),
            function: receipt.output("Arn"),
            filter: Some(NotificationFilter {
                s3_key: S3KeyFilter { rules: vec![FilterRule { name: "suffix".into(), value: ".pdf".into() }] },
            }),
        }],
        event_bridge_configuration: None,
    });
    let bucket = bench.create("documents", bucket).await;
    bench.delete(bucket).await;
    bench.delete(permission).await;
    let queue = Queue { queue_name: "acme-feed".into(), visibility_timeout: 60, message_retention_period: 60, ..Queue::default() };
    let queue = bench.create("feed", queue).await;
    let mapping = EventSourceMapping {
        function_name: receipt.output("FunctionName"),
        event_source_arn: queue.output("Arn"),
        batch_size: 5,
        enabled: true,
        ..EventSourceMapping::default()
    };
    let mut mapping = bench.create("feed", mapping).await;
    bench.update(&mut mapping, |mapping| mapping.batch_size = 7).await;
    bench.delete(mapping).await;
    bench.delete(queue).await;
    bench.delete(receipt).await;
}

#[tokio::test]
async fn only_the_code_that_was_planned_is_uploaded() {
    let bench = Bench::new(351);
    let function = function(&bench).await;
    let unknown = Function { code: Code { artifact: "third".into(), ..code("first") }, ..function.clone() };
    let error = bench.only_create("receipt", unknown).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("'third' is not in the artifact store"), "{error}");
    let other = Function { code: Code { sha256: digest("something else"), ..code("first") }, ..function.clone() };
    let error = bench.only_create("receipt", other).await.unwrap_err();
    assert!(error.message.contains("the plan was made for"), "{error}");
    let address = bench.address::<Function>("receipt");
    assert_eq!(bench.observe(&address, None, &function).await.unwrap(), None, "nothing was made");
}
