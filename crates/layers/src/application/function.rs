//! Functions on AWS Lambda: in the network, with the environment's key, a log group, a dead-letter queue, and what makes them run.
//!
//! Invariants: a function reaches what its lines of `uses` say; the permissions that Lambda needs to put it into the network are denied to
//! its own code; an event that fails for good is kept.

use strata_aws::iam::Statement;
use strata_aws::lambda::{
    Code, DeadLetterConfig, DestinationConfig, Environment, EventSourceMapping, Function, LoggingConfig, OnFailure, Permission,
    TracingConfig, VpcConfig,
};
use strata_aws::sns::{Subscription, Topic};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Pseudo, Text};
use strata_spec::sizes::function_memory_mib;
use strata_spec::{Name, Trigger, TriggerEvent};

use super::{job, schedule};
use crate::address_planner::Tier;
use crate::arn::{bucket_arn, regional_arn};
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::infrastructure::{Trust, bucket_name, dead_letters, role, stream_name, table_name};
use crate::naming::limit;
use crate::uses::{Wiring, Wirings};

/// Seconds where nothing is said, and the most that Lambda takes.
const TIMEOUT: u64 = 60;
const LONGEST: u64 = 900;
/// Records of a stream that a call gets at most: Lambda's own default.
const RECORDS: i64 = 100;
/// How often records that fail are tried again, in halves: a record that can never be handled must not hold up those behind it until it is too
/// old, which is what Lambda does where nothing is said.
const RECORD_RETRIES: i64 = 5;

/// When a function is stopped, in seconds.
pub(crate) fn timeout_seconds(function: &strata_spec::Function) -> u64 {
    function.timeout.map_or(TIMEOUT, |timeout| timeout.as_seconds()).clamp(1, LONGEST)
}

/// The name of a function, known before it stands.
fn function_name(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::FUNCTION)
}

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for (name, declared) in &context.resolved.application.functions {
        if let Some(wiring) = wirings.get(name.as_str())
            && let Err(problem) = lower_one(context, name, declared, key, wiring)
        {
            problems.push(problem);
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

fn lower_one(
    context: &mut Context<'_>,
    name: &Name,
    declared: &strata_spec::Function,
    key: &Handle,
    wiring: &Wiring,
) -> Result<(), Diagnostic> {
    let key_path = format!("functions.{name}");
    let Some(artifact) = context.artifacts.get(declared.code.as_str()) else {
        let message = format!("the code `{}` of the function `{name}` could not be read", declared.code);
        return Err(Diagnostic::error(codes::E0318, message)
            .at(context.builder.lines().span(&format!("{key_path}.code")))
            .hint("put the folder beside the application file, or correct the path"));
    };
    let code = Code { artifact: name.to_string(), sha256: artifact.sha256.clone() };
    let log_group = crate::observability::log_group(context, "functions", name.as_str(), key);
    let failed = dead_letters(context, &format!("{name}-failed"), false, key, &key_path, None);
    let mut statements = wiring.statements.clone();
    statements.extend(own_statements(context, name, wiring, &failed, key));
    statements.extend(reads_stream(context, declared));
    let (function_role, mut standing) = role(
        context,
        name.as_str(),
        &Trust::PlainService("lambda.amazonaws.com"),
        &format!("What {name} may do"),
        statements,
        About::new(key_path.clone(), format!("What {name} may do: what its lines of `uses` say, and its own log and network.")),
    );
    standing.push(log_group.clone());
    standing.extend(wiring.after.iter().cloned());
    let function = Function {
        function_name: function_name(context, name.as_str()),
        handler: declared.handler().to_owned(),
        runtime: declared.runtime.as_str().to_owned(),
        role: function_role.arn(),
        architectures: vec!["arm64".to_owned()],
        memory_size: i64::try_from(function_memory_mib(context.platform, declared.size.as_ref())).unwrap_or(128),
        timeout: i64::try_from(timeout_seconds(declared)).unwrap_or(60),
        environment: (!wiring.variables.is_empty()).then(|| Environment { variables: wiring.variables.clone() }),
        vpc_config: Some(VpcConfig {
            subnet_ids: context.network.subnet_ids(Tier::Private),
            security_group_ids: vec![wiring.group.output("GroupId")],
        }),
        kms_key_arn: Some(key.arn()),
        tracing_config: Some(TracingConfig { mode: "Active".to_owned() }),
        dead_letter_config: Some(DeadLetterConfig { target_arn: failed.arn() }),
        logging_config: Some(LoggingConfig { log_group: log_group.output("LogGroupName"), log_format: "JSON".to_owned() }),
        code,
        ..Function::default()
    };
    let about = About::new(key_path, format!("Runs the code in {}.", declared.code));
    let about = standing.iter().fold(about, About::after);
    let function = context.builder.add(name.as_str(), function, about);
    crate::observability::function_alarms(context, name, &function, &failed);
    trigger(context, name, declared, &function, &failed, key)
}

/// What the function needs besides its edges: its log, its dead letters, its traces, and a place in the network.
fn own_statements(context: &Context<'_>, name: &Name, wiring: &Wiring, failed: &Handle, key: &Handle) -> Vec<Statement> {
    let group = crate::observability::log_group_name(context, name.as_str());
    let own = regional_arn("lambda", &format!("function:{}", function_name(context, name.as_str())));
    let mut places: Vec<Text> =
        context.network.subnet_ids(Tier::Private).into_iter().map(|id| Text::join([regional_arn("ec2", "subnet/"), id])).collect();
    places.push(Text::join([regional_arn("ec2", "security-group/"), wiring.group.output("GroupId")]));
    places.push(regional_arn("ec2", "network-interface/*"));
    let network = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];
    vec![
        Statement::allow("OwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [regional_arn("logs", &format!("log-group:{group}:*"))]),
        Statement::allow("OwnFailed", ["sqs:SendMessage"], [failed.arn()]),
        Statement::allow("OwnFailedKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn()]).when(
            "StringEquals",
            "kms:ViaService",
            [format!("sqs.{}.amazonaws.com", context.network.region())],
        ),
        Statement::allow("OwnTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
        Statement::allow("NetworkCreate", ["ec2:CreateNetworkInterface"], places),
        // Lambda removes interfaces that it cannot name beforehand (Lambda developer guide, "Giving Lambda functions access to resources in a VPC").
        Statement::allow(
            "NetworkOwn",
            ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"],
            [regional_arn("ec2", "*/*")],
        ),
        Statement::allow("NetworkSee", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
        // Those are for Lambda itself, never for the function's code.
        Statement::deny("NetworkNotForCode", network, ["*"]).when("ArnEquals", "lambda:SourceFunctionArn", [own]),
    ]
}

/// What Lambda needs, in the function's name, to read the stream that feeds it: of a table the verb `read` says nothing of its stream, and of a
/// stream `subscribe` leaves out one call (Lambda developer guide, "Process DynamoDB records" and "Process Kinesis Data Streams records").
fn reads_stream(context: &Context<'_>, declared: &strata_spec::Function) -> Option<Statement> {
    match declared.trigger.as_ref()?.event()? {
        (table, TriggerEvent::Changed) => {
            let stream = format!("table/{}/stream/*", table_name(context, table.as_str()));
            let actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];
            Some(Statement::allow("TriggerStream", actions, [regional_arn("dynamodb", &stream)]))
        }
        (stream, TriggerEvent::Published) if is_stream(context, stream) => {
            let stream = format!("stream/{}", stream_name(context, stream.as_str()));
            Some(Statement::allow("TriggerStream", ["kinesis:DescribeStream"], [regional_arn("kinesis", &stream)]))
        }
        _ => None,
    }
}

/// Topics and buses have `published`, too.
fn is_stream(context: &Context<'_>, name: &Name) -> bool {
    matches!(context.resolved.application.resources.get(name.as_str()), Some(strata_spec::Resource::Stream(_)))
}

fn is_topic(context: &Context<'_>, name: &Name) -> bool {
    matches!(context.resolved.application.resources.get(name.as_str()), Some(strata_spec::Resource::Topic(_)))
}

/// Lets a function hear a topic. What it fails at for good goes to its dead-letter queue, by the function itself.
fn hear(context: &mut Context<'_>, name: &Name, of: &Name, function: &Handle) {
    let key_path = format!("functions.{name}.trigger");
    let topic = context.builder.handle::<Topic>(of.as_str()).output("TopicArn");
    let permission = Permission {
        function_name: function.output("FunctionName"),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "sns.amazonaws.com".to_owned(),
        source_account: Some(Pseudo::AccountId.into()),
        source_arn: Some(topic.clone()),
    };
    let purpose = format!("Lets the topic {of}, and no other, call {name}.");
    let permission = context.builder.add(name.as_str(), permission, About::new(key_path.clone(), purpose));
    let subscription =
        Subscription { topic_arn: topic, protocol: "lambda".to_owned(), endpoint: function.arn(), ..Subscription::default() };
    let about = About::new(key_path, format!("{name} hears the topic {of}.")).after(&permission);
    context.builder.add(&format!("{name}-hears-{of}"), subscription, about);
}

/// Feeds a function with the records of a stream, from the oldest on; word of what fails for good goes to its dead-letter queue.
fn follow(context: &mut Context<'_>, name: &Name, of: &Name, stream: Text, function: &Handle, failed: &Handle) {
    let mapping = EventSourceMapping {
        function_name: function.output("FunctionName"),
        event_source_arn: stream,
        batch_size: RECORDS,
        enabled: true,
        function_response_types: vec!["ReportBatchItemFailures".to_owned()],
        starting_position: Some("TRIM_HORIZON".to_owned()),
        maximum_retry_attempts: Some(RECORD_RETRIES),
        bisect_batch_on_function_error: Some(true),
        destination_config: Some(DestinationConfig { on_failure: OnFailure { destination: failed.arn() } }),
        ..EventSourceMapping::default()
    };
    let purpose = format!("Feeds {name} with what happens in {of}, from the oldest record on.");
    context.builder.add(name.as_str(), mapping, About::new(format!("functions.{name}.trigger"), purpose));
}

/// What makes the function run.
fn trigger(
    context: &mut Context<'_>,
    name: &Name,
    declared: &strata_spec::Function,
    function: &Handle,
    failed: &Handle,
    key: &Handle,
) -> Result<(), Diagnostic> {
    let key_path = format!("functions.{name}.trigger");
    match &declared.trigger {
        None => {}
        Some(Trigger::Schedule { schedule }) => {
            let expression = schedule::eventbridge(schedule.cron())
                .map_err(|message| job::bad_schedule(context, &format!("{key_path}.schedule"), message))?;
            job::start(
                context,
                &job::Start {
                    name: name.as_str(),
                    key_path: &key_path,
                    expression,
                    zone: schedule.zone().as_str(),
                    statements: vec![Statement::allow("Start", ["lambda:InvokeFunction"], [function.arn()])],
                    arn: function.arn(),
                    task: None,
                    enabled: true,
                    failed,
                    standing: &[],
                },
                key,
            );
        }
        Some(Trigger::Event(_)) => match declared.trigger.as_ref().and_then(Trigger::event) {
            Some((bucket, TriggerEvent::Created | TriggerEvent::Removed)) => {
                let permission = Permission {
                    function_name: function.output("FunctionName"),
                    action: "lambda:InvokeFunction".to_owned(),
                    principal: "s3.amazonaws.com".to_owned(),
                    source_account: Some(Pseudo::AccountId.into()),
                    // By its name: the bucket is made with the notification, which S3 takes only after this permission stands.
                    source_arn: Some(bucket_arn(&bucket_name(context, bucket.as_str()))),
                };
                let purpose = format!("Lets the bucket {bucket}, and no other, call {name}.");
                context.builder.add(name.as_str(), permission, About::new(key_path, purpose));
            }
            Some((queue, TriggerEvent::Received)) => {
                let mapping = EventSourceMapping {
                    function_name: function.output("FunctionName"),
                    event_source_arn: context.builder.handle::<strata_aws::sqs::Queue>(queue.as_str()).arn(),
                    batch_size: 10,
                    enabled: true,
                    function_response_types: vec!["ReportBatchItemFailures".to_owned()],
                    ..EventSourceMapping::default()
                };
                let purpose = format!("Feeds {name} with the messages of {queue}.");
                context.builder.add(name.as_str(), mapping, About::new(key_path, purpose));
            }
            Some((table, TriggerEvent::Changed)) => {
                let stream = context.builder.handle::<strata_aws::dynamodb::Table>(table.as_str()).output("StreamArn");
                follow(context, name, table, stream, function, failed);
            }
            Some((stream, TriggerEvent::Published)) if is_stream(context, stream) => {
                let arn = context.builder.handle::<strata_aws::kinesis::Stream>(stream.as_str()).arn();
                follow(context, name, stream, arn, function, failed);
            }
            Some((topic, TriggerEvent::Published)) if is_topic(context, topic) => hear(context, name, topic, function),
            // Buses are not built yet, which the plan says for the thing itself.
            _ => {}
        },
    }
    Ok(())
}
