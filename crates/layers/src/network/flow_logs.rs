//! Flow logs: every connection that was accepted or refused in the network, encrypted and kept (PCI DSS 4.0 10.2, CIS AWS 5.0 3.7).

use strata_aws::ec2::FlowLog;
use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::iam::{Role, RolePolicy};
use strata_aws::logs::LogGroup;
use strata_graph::{Layer, Text};
use strata_spec::Platform;

use crate::builder::{About, Builder};
use crate::foundations::NetworkView;
use crate::naming::limit;
use crate::observability::retention;
use crate::security::key_policy::KeyPolicy;
use crate::security::{key, trust};

/// Lowers the flow log with its key, log group and role.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, network: &NetworkView<'_>) {
    let path = network.key_path();
    let group_name = builder.naming().path(&["flow"]);
    let policy = KeyPolicy::new().for_logs(&[&group_name]);
    let about = About::new(&path, "Encrypts the flow logs of the network.").in_layer(Layer::Infrastructure);
    let key = key(builder, "logs", &format!("Flow logs of the network {}", network.name), policy, about);
    let group = LogGroup {
        log_group_name: group_name,
        retention_in_days: retention::of(builder, platform),
        kms_key_id: Some(key.arn()),
        ..LogGroup::default()
    };
    let about = About::new(&path, "Keeps the flow logs of the network.").also(retention::KEY).in_layer(Layer::Observability);
    let about = retention::about(platform, about);
    let group = builder.add("flow", group, about);
    let role = Role {
        role_name: builder.name(&["flow-logs"], limit::ROLE),
        description: format!("Writes the flow logs of the network {}", network.name),
        assume_role_policy_document: trust::service("vpc-flow-logs.amazonaws.com"),
        ..Role::default()
    };
    let about = About::new(&path, "The identity that writes the flow logs.").in_layer(Layer::Infrastructure);
    let role = builder.add("flow-logs", role, about.clone());
    let streams = Text::join([group.arn(), ":*".into()]);
    let write = ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    let policy = RolePolicy {
        role_name: role.output("RoleName"),
        policy_name: "write-flow-logs".to_owned(),
        policy_document: PolicyDocument::new([Statement::allow("Write", write, [group.arn(), streams])]),
    };
    let policy = builder.add("flow-logs", policy, about);
    let flow_log = FlowLog {
        deliver_logs_permission_arn: role.arn(),
        log_destination: group.arn(),
        log_destination_type: "cloud-watch-logs".to_owned(),
        max_aggregation_interval: 600,
        resource_id: network.vpc_id(),
        resource_type: "VPC".to_owned(),
        traffic_type: "ALL".to_owned(),
        ..FlowLog::default()
    };
    let about = About::new(&path, "Writes down every connection in the network.").in_layer(Layer::Observability).after(&policy);
    builder.add("main", flow_log, about);
}
