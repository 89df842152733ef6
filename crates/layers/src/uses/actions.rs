//! Which actions of AWS a verb of `uses` stands for: the one table that identity is lowered from.
//!
//! Invariants: every verb that the language allows for a kind of thing has a row; a stronger verb's actions hold the weaker one's;
//! no action of the table is a wildcard. Sources: the service authorization reference of each service.

use strata_spec::{TargetKind, Verb};

/// What a statement of a verb is about, below the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The thing itself.
    Whole,
    /// What lies in it: the objects of a bucket, the indexes of a table.
    Inside,
    /// The workload's own user in it: of a database, of a cache.
    User,
}

/// One statement that a verb needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What it is about.
    pub on: Part,
    /// The actions, none of them a wildcard.
    pub actions: &'static [&'static str],
}

/// Everything that a verb means to identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerbGrants {
    /// The statements.
    pub grants: &'static [Grant],
    /// The actions on the key that encrypts the thing, allowed only when they come through the thing's own service.
    pub key: &'static [&'static str],
    /// The service's word in `kms:ViaService`, for example `sqs`; empty where [`VerbGrants::key`] is.
    pub via: &'static str,
}

const NOTHING: VerbGrants = VerbGrants { grants: &[], key: &[], via: "" };

/// Actions on the key of one who only reads.
const OPEN: &[&str] = &["kms:Decrypt"];
/// Actions on the key of one who also writes: a data key for what is written, and reading it back.
const SEAL: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];

const fn grants(grants: &'static [Grant], key: &'static [&'static str], via: &'static str) -> VerbGrants {
    VerbGrants { grants, key, via }
}

const fn on(on: Part, actions: &'static [&'static str]) -> Grant {
    Grant { on, actions }
}

const DATABASE: VerbGrants = grants(&[on(Part::User, &["rds-db:connect"])], &[], "");
const CACHE: VerbGrants = grants(&[on(Part::User, &["elasticache:Connect"])], &[], "");

/// Requests are let through by their method, on every path in the domain; what else a role may do there, the domain's own access control says. The
/// service reads its key by a grant of its own, so those who send requests need none.
const SEARCH_READ: VerbGrants = grants(&[on(Part::Inside, &["es:ESHttpGet", "es:ESHttpHead"])], &[], "");
const SEARCH_WRITE: VerbGrants = grants(
    &[on(Part::Inside, &["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"])],
    &[],
    "",
);

const BUCKET_READ: VerbGrants = grants(
    &[on(Part::Whole, &["s3:GetBucketLocation", "s3:ListBucket"]), on(Part::Inside, &["s3:GetObject", "s3:GetObjectVersion"])],
    OPEN,
    "s3",
);
const BUCKET_WRITE: VerbGrants = grants(
    &[
        on(Part::Whole, &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]),
        on(
            Part::Inside,
            &[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
        ),
    ],
    SEAL,
    "s3",
);

const TABLE_READ_ACTIONS: &[&str] =
    &["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"];
const TABLE_READ: VerbGrants =
    grants(&[on(Part::Whole, TABLE_READ_ACTIONS), on(Part::Inside, &["dynamodb:Query", "dynamodb:Scan"])], OPEN, "dynamodb");
const TABLE_WRITE: VerbGrants = grants(
    &[
        on(
            Part::Whole,
            &[
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
        ),
        on(Part::Inside, &["dynamodb:Query", "dynamodb:Scan"]),
    ],
    OPEN,
    "dynamodb",
);

const FILES_READ: VerbGrants = grants(&[on(Part::Whole, &["elasticfilesystem:ClientMount"])], &[], "");
const FILES_WRITE: VerbGrants = grants(&[on(Part::Whole, &["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"])], &[], "");

const QUEUE_SEND: VerbGrants = grants(&[on(Part::Whole, &["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"])], SEAL, "sqs");
const QUEUE_RECEIVE: VerbGrants = grants(
    &[on(
        Part::Whole,
        &["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
    )],
    OPEN,
    "sqs",
);

const TOPIC_PUBLISH: VerbGrants = grants(&[on(Part::Whole, &["sns:GetTopicAttributes", "sns:Publish"])], SEAL, "sns");
const TOPIC_SUBSCRIBE: VerbGrants =
    grants(&[on(Part::Whole, &["sns:GetTopicAttributes", "sns:Subscribe", "sns:Unsubscribe"])], OPEN, "sns");
const BUS_PUBLISH: VerbGrants = grants(&[on(Part::Whole, &["events:DescribeEventBus", "events:PutEvents"])], SEAL, "events");
/// Events reach a workload by a rule of the graph, never by a rule that the workload makes itself.
const BUS_SUBSCRIBE: VerbGrants = grants(&[on(Part::Whole, &["events:DescribeEventBus"])], OPEN, "events");
const STREAM_PUBLISH: VerbGrants =
    grants(&[on(Part::Whole, &["kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"])], SEAL, "kinesis");
const STREAM_SUBSCRIBE: VerbGrants = grants(
    &[on(Part::Whole, &["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"])],
    OPEN,
    "kinesis",
);
const KEY_ENCRYPT: VerbGrants = grants(&[on(Part::Whole, &["kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"])], &[], "");
const KEY_DECRYPT: VerbGrants = grants(&[on(Part::Whole, &["kms:Decrypt", "kms:DescribeKey"])], &[], "");
const SECRET_READ: VerbGrants =
    grants(&[on(Part::Whole, &["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"])], OPEN, "secretsmanager");

/// What a verb said to a kind of thing means to identity. A verb that the language does not allow there means nothing.
#[must_use]
pub fn verb_grants(kind: TargetKind, verb: Verb) -> VerbGrants {
    use TargetKind as K;
    use Verb as V;
    match (kind, verb) {
        (K::Postgres | K::Mysql, V::Read | V::Write | V::Admin) => DATABASE,
        (K::Redis, V::Read | V::Write) => CACHE,
        (K::Search, V::Read) => SEARCH_READ,
        (K::Search, V::Write) => SEARCH_WRITE,
        (K::Bucket, V::Read) => BUCKET_READ,
        (K::Bucket, V::Write) => BUCKET_WRITE,
        (K::Table, V::Read) => TABLE_READ,
        (K::Table, V::Write) => TABLE_WRITE,
        (K::Files, V::Read) => FILES_READ,
        (K::Files, V::Write) => FILES_WRITE,
        (K::Queue, V::Send) => QUEUE_SEND,
        (K::Queue, V::Receive) => QUEUE_RECEIVE,
        (K::Topic, V::Publish) => TOPIC_PUBLISH,
        (K::Topic, V::Subscribe) => TOPIC_SUBSCRIBE,
        (K::Bus, V::Publish) => BUS_PUBLISH,
        (K::Bus, V::Subscribe) => BUS_SUBSCRIBE,
        (K::Stream, V::Publish) => STREAM_PUBLISH,
        (K::Stream, V::Subscribe) => STREAM_SUBSCRIBE,
        (K::Key, V::Encrypt) => KEY_ENCRYPT,
        (K::Key, V::Decrypt) => KEY_DECRYPT,
        (K::Secret, V::Read) => SECRET_READ,
        // A call is allowed by the rule of the security group; there is nothing for IAM to say.
        _ => NOTHING,
    }
}

/// Actions that AWS cannot scope to an ARN, each with the reason in AWS's own documents. The only ones that may stand with `Resource: "*"`
/// in a role of ours.
pub const UNSCOPED: &[(&str, &str)] = &[
    (
        "ecr:GetAuthorizationToken",
        "service authorization reference, Amazon ECR: the action has no resource type; the token opens only what the other statements allow",
    ),
    (
        "ec2:DescribeNetworkInterfaces",
        "Lambda developer guide, 'Giving Lambda functions access to resources in a VPC': works only when it is allowed on all resources",
    ),
    ("ec2:DescribeSubnets", "service authorization reference, Amazon EC2: describing actions have no resource types"),
    ("xray:PutTelemetryRecords", "service authorization reference, AWS X-Ray: no resource types"),
    ("xray:PutTraceSegments", "service authorization reference, AWS X-Ray: no resource types"),
    ("ssmmessages:CreateControlChannel", "service authorization reference, Session Manager Message Gateway Service: no resource types"),
    ("ssmmessages:CreateDataChannel", "service authorization reference, Session Manager Message Gateway Service: no resource types"),
    ("ssmmessages:OpenControlChannel", "service authorization reference, Session Manager Message Gateway Service: no resource types"),
    ("ssmmessages:OpenDataChannel", "service authorization reference, Session Manager Message Gateway Service: no resource types"),
];

/// Whether AWS offers no ARN for this action.
#[must_use]
pub fn is_unscoped(action: &str) -> bool {
    UNSCOPED.iter().any(|(name, _)| *name == action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_of_the_language_has_a_row() {
        for kind in TargetKind::ALL {
            for verb in kind.verbs() {
                let found = verb_grants(*kind, *verb);
                assert_eq!(found.grants.is_empty(), *kind == TargetKind::Service, "{kind} {verb}");
                assert_eq!(found.key.is_empty(), found.via.is_empty(), "{kind} {verb}");
            }
        }
    }

    #[test]
    fn a_verb_that_does_not_fit_means_nothing() {
        for kind in TargetKind::ALL {
            for verb in Verb::ALL.iter().filter(|verb| !kind.verbs().contains(verb)) {
                assert_eq!(verb_grants(*kind, *verb), NOTHING, "{kind} {verb}");
            }
        }
    }

    #[test]
    fn no_action_is_a_wildcard_and_lists_are_sorted() {
        for kind in TargetKind::ALL {
            for verb in kind.verbs() {
                let found = verb_grants(*kind, *verb);
                for list in found.grants.iter().map(|grant| grant.actions).chain([found.key]) {
                    assert!(list.iter().all(|action| !action.contains('*') && action.contains(':')), "{list:?}");
                    assert!(list.is_sorted(), "{list:?}");
                }
            }
        }
    }

    #[test]
    fn writing_includes_reading() {
        for kind in [TargetKind::Search, TargetKind::Bucket, TargetKind::Table] {
            let (read, write) = (verb_grants(kind, Verb::Read), verb_grants(kind, Verb::Write));
            for grant in read.grants {
                let stronger = write.grants.iter().find(|other| other.on == grant.on);
                assert!(
                    stronger.is_some_and(|other| grant.actions.iter().all(|action| other.actions.contains(action))),
                    "{kind}: {grant:?}"
                );
            }
            assert!(read.key.iter().all(|action| write.key.contains(action)));
        }
    }

    #[test]
    fn the_line_of_the_design_is_the_row() {
        let send = verb_grants(TargetKind::Queue, Verb::Send);
        assert_eq!(send.grants[0].actions, ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]);
        assert_eq!(send.key, ["kms:Decrypt", "kms:GenerateDataKey"]);
        assert_eq!(send.via, "sqs");
    }
}
