//! Controls of search engines: Amazon OpenSearch Service.

use strata_aws::opensearch::Domain;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of, violated};
use crate::policies::public_statements;
use crate::view::{View, is_set};

const TYPE: &str = "AWS::OpenSearchService::Domain";
/// The fewest nodes with data that stand the loss of one, and the fewest that lead and stand it.
const LEAST_NODES: i64 = 3;
/// The names of policies that speak nothing older than TLS 1.2 begin so.
const TLS_12: &str = "Policy-Min-TLS-1-2";

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "opensearch-access-controlled", Infrastructure, High, Both, [TYPE];
        title: "A search engine knows who asks, and by roles alone",
        why: "Without fine-grained access control, whoever may send a request may read and delete every index; users that the domain keeps itself have passwords.",
        repair: "Set AdvancedSecurityOptions.Enabled to true with a role as master user, and InternalUserDatabaseEnabled to false.",
        prowler: ["opensearch_service_domains_access_control_enabled", "opensearch_service_domains_internal_user_database_enabled"],
        checkov: ["CKV2_AWS_52"],
        config: ["OPENSEARCH_ACCESS_CONTROL_ENABLED"],
        security_hub: ["OpenSearch.7"],
        each: access_controlled,
    },
    control! {
        "opensearch-audit-logged", Infrastructure, Medium, Both, [TYPE];
        title: "Who asked a search engine for what is on record",
        why: "Without the audit log nobody can say who read or changed an index.",
        repair: "Publish AUDIT_LOGS to a log group.",
        prowler: ["opensearch_service_domains_audit_logging_enabled"],
        checkov: ["CKV_AWS_317"],
        config: ["OPENSEARCH_AUDIT_LOGGING_ENABLED"],
        security_hub: ["OpenSearch.5"],
        each: audit_logged,
    },
    control! {
        "opensearch-dedicated-leaders", Infrastructure, Low, Both, [TYPE];
        title: "Three nodes without data lead a search engine",
        why: "Where nodes that are busy with searches lead as well, a heavy search takes the cluster down; fewer than three cannot agree when one is lost.",
        repair: "Choose `multi_zone: true`, or set DedicatedMasterEnabled with three nodes.",
        prowler: ["opensearch_service_domains_fault_tolerant_master_nodes"],
        checkov: ["CKV_AWS_318", "CKV2_AWS_59"],
        config: [],
        security_hub: ["OpenSearch.11"],
        each: dedicated_leaders,
    },
    control! {
        "opensearch-encrypted-at-rest", Infrastructure, High, Both, [TYPE];
        title: "What a search engine stores is encrypted with a key of our own",
        why: "An index holds what it was made of: the same data as the database that it came from.",
        repair: "Set EncryptionAtRestOptions.Enabled to true and KmsKeyId to a key of the environment.",
        prowler: ["opensearch_service_domains_encryption_at_rest_enabled"],
        checkov: ["CKV_AWS_5", "CKV_AWS_247"],
        config: ["OPENSEARCH_ENCRYPTED_AT_REST"],
        security_hub: ["OpenSearch.1"],
        each: at_rest,
    },
    control! {
        "opensearch-encrypted-between-nodes", Infrastructure, Medium, Both, [TYPE];
        title: "The nodes of a search engine speak TLS with each other",
        why: "Copies of indexes and parts of answers cross the network between the nodes.",
        repair: "Set NodeToNodeEncryptionOptions.Enabled to true.",
        prowler: ["opensearch_service_domains_node_to_node_encryption_enabled"],
        checkov: ["CKV_AWS_6"],
        config: ["OPENSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK"],
        security_hub: ["OpenSearch.3"],
        each: between_nodes,
    },
    control! {
        "opensearch-fault-tolerant", Infrastructure, Medium, Both, [TYPE];
        title: "A search engine outlives the loss of a zone",
        why: "Where all nodes stand in one zone, its loss takes every index with it.",
        repair: "Choose `multi_zone: true`, or set ZoneAwarenessEnabled with three nodes or more.",
        prowler: ["opensearch_service_domains_fault_tolerant_data_nodes"],
        checkov: [],
        config: ["OPENSEARCH_DATA_NODE_FAULT_TOLERANCE"],
        security_hub: ["OpenSearch.6"],
        each: fault_tolerant,
    },
    control! {
        "opensearch-in-data-subnets", Network, High, Both, [TYPE];
        title: "Search engines live in subnets without a way to the internet",
        why: "A domain outside of a network has an address on the internet, and its policy alone keeps strangers out.",
        repair: "Set VPCOptions to the network's data subnets and a security group of its own.",
        prowler: ["opensearch_service_domains_not_publicly_accessible"],
        checkov: ["CKV_AWS_137", "CKV_AWS_248"],
        config: ["OPENSEARCH_IN_VPC_ONLY"],
        security_hub: ["OpenSearch.2"],
        each: in_data_subnets,
    },
    control! {
        "opensearch-logged", Infrastructure, Low, Both, [TYPE];
        title: "A search engine's own logs leave the machine",
        why: "What failed and what was slow is known to the nodes alone otherwise, and forgotten with them.",
        repair: "Publish ES_APPLICATION_LOGS, INDEX_SLOW_LOGS and SEARCH_SLOW_LOGS to a log group.",
        prowler: ["opensearch_service_domains_cloudwatch_logging_enabled"],
        checkov: ["CKV_AWS_84"],
        config: ["OPENSEARCH_LOGS_TO_CLOUDWATCH"],
        security_hub: ["OpenSearch.4"],
        each: logged,
    },
    control! {
        "opensearch-policy-not-public", Infrastructure, High, Both, [TYPE];
        title: "No search engine's policy lets strangers in",
        why: "Strangers could read and delete the indexes.",
        repair: "Name the roles that may send requests.",
        prowler: ["opensearch_service_domains_not_publicly_accessible"], checkov: [], config: [], security_hub: [],
        each: policy_not_public,
    },
    control! {
        "opensearch-software-current", Infrastructure, Medium, Both, [TYPE];
        title: "A search engine takes the service's updates by itself",
        why: "Updates of the service software carry the security fixes.",
        repair: "Set SoftwareUpdateOptions.AutoSoftwareUpdateEnabled to true.",
        prowler: ["opensearch_service_domains_updated_to_the_latest_service_software_version"],
        checkov: [],
        config: [],
        security_hub: ["OpenSearch.10"],
        each: software_current,
    },
    control! {
        "opensearch-tls", Infrastructure, High, Both, [TYPE];
        title: "A search engine refuses requests without TLS 1.2",
        why: "Queries and answers sent in clear can be read and changed by others.",
        repair: "Set EnforceHTTPS to true and TLSSecurityPolicy to Policy-Min-TLS-1-2-PFS-2023-10.",
        prowler: ["opensearch_service_domains_https_communications_enforced"],
        checkov: ["CKV_AWS_83", "CKV_AWS_228"],
        config: ["OPENSEARCH_HTTPS_REQUIRED"],
        security_hub: ["OpenSearch.8"],
        each: tls,
    },
];

fn access_controlled(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    let mut found = Vec::new();
    if !domain.advanced_security_options.enabled {
        found.push("fine-grained access control is off".to_owned());
    }
    if domain.advanced_security_options.internal_user_database_enabled {
        found.push("it keeps users with passwords itself".to_owned());
    }
    none_of(found, "fine-grained access control is on, and it keeps no users itself")
}

/// The kinds of logs, of those named, that it does not publish.
fn unpublished(domain: &Domain, kinds: &[&str]) -> Vec<String> {
    let published = |kind: &str| domain.log_publishing_options.get(kind).is_some_and(|log| log.enabled);
    kinds.iter().filter(|kind| !published(kind)).map(|kind| format!("{kind} is not published")).collect()
}

fn audit_logged(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    none_of(unpublished(&domain, &["AUDIT_LOGS"]), "the audit log is published")
}

fn logged(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    none_of(unpublished(&domain, &["ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"]), "its three logs are published")
}

fn at_rest(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    if !domain.encryption_at_rest_options.enabled {
        return violated("EncryptionAtRestOptions is off");
    }
    check(
        is_set(domain.encryption_at_rest_options.kms_key_id.as_ref()),
        "encrypted with a key of ours",
        "encrypted with AWS's own key, not one of ours",
    )
}

fn between_nodes(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    check(domain.node_to_node_encryption_options.enabled, "nodes speak TLS", "nodes speak with each other in clear")
}

fn fault_tolerant(view: &View<'_>, resource: &Resource) -> Answer {
    let nodes = view.read::<Domain>(resource)?.cluster_config.clone();
    if !nodes.zone_awareness_enabled {
        return violated("its nodes stand in one zone alone");
    }
    let count = nodes.instance_count;
    check(count >= LEAST_NODES, format!("{count} nodes in several zones"), format!("{count} nodes are fewer than {LEAST_NODES}"))
}

fn dedicated_leaders(view: &View<'_>, resource: &Resource) -> Answer {
    let nodes = view.read::<Domain>(resource)?.cluster_config.clone();
    let leaders = if nodes.dedicated_master_enabled { nodes.dedicated_master_count.unwrap_or_default() } else { 0 };
    check(leaders >= LEAST_NODES, format!("{leaders} nodes lead"), format!("{leaders} nodes without data lead"))
}

fn in_data_subnets(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    let Some(network) = &domain.vpc_options else { return violated("it stands in no network, and has an address on the internet") };
    if network.security_group_ids.is_empty() {
        return violated("it has no security group of its own, so the network's default decides");
    }
    let public = view.topology()?.public_among(view, &network.subnet_ids)?;
    none_of(public.into_iter().map(|subnet| format!("{subnet} is public")).collect(), "no subnet has a route to an internet gateway")
}

fn policy_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    none_of(domain.access_policies.iter().flat_map(public_statements).collect(), "no statement allows everybody")
}

fn software_current(view: &View<'_>, resource: &Resource) -> Answer {
    let domain = view.read::<Domain>(resource)?;
    check(domain.software_update_options.auto_software_update_enabled, "updates are taken", "updates are not taken by themselves")
}

fn tls(view: &View<'_>, resource: &Resource) -> Answer {
    let door = view.read::<Domain>(resource)?.domain_endpoint_options.clone();
    if !door.enforce_https {
        return violated("EnforceHTTPS is false");
    }
    let policy = door.tls_security_policy.unwrap_or_default();
    check(policy.starts_with(TLS_12), format!("TLS by {policy}"), format!("the policy '{policy}' speaks versions older than TLS 1.2"))
}
