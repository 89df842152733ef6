//! Controls of alarms: Amazon CloudWatch.

use strata_aws::AwsResource;
use strata_aws::cloudwatch::Alarm;
use strata_aws::elasticache::ReplicationGroup;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "alarm-tells-somebody", Observability, Medium, Both, ["AWS::CloudWatch::Alarm"];
        title: "Every alarm tells somebody",
        why: "An alarm without an action rings in an empty room.",
        repair: "Set ActionsEnabled to true and AlarmActions to the alert topic.",
        prowler: ["cloudwatch_alarm_actions_enabled", "cloudwatch_alarm_actions_alarm_state_configured"], checkov: ["CKV_AWS_319"],
        config: ["CLOUDWATCH_ALARM_ACTION_ENABLED_CHECK", "CLOUDWATCH_ALARM_ACTION_CHECK"],
        security_hub: ["CloudWatch.15", "CloudWatch.17"],
        each: tells_somebody,
    },
    control! {
        "resource-has-alarm", Observability, Low, Both,
        [
            "AWS::DynamoDB::Table",
            "AWS::ElastiCache::ReplicationGroup",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "AWS::Kinesis::Stream",
            "AWS::OpenSearchService::Domain",
            "AWS::RDS::DBInstance",
        ];
        title: "Alarms watch every database, cache, search engine, table, stream and load balancer",
        why: "A system that fails unwatched fails for longer, and so does its protection.",
        repair: "Make an alarm whose dimensions name the resource.",
        prowler: [], checkov: [], config: ["CLOUDWATCH_ALARM_RESOURCE_CHECK"], security_hub: [],
        each: has_alarm,
    },
];

fn tells_somebody(view: &View<'_>, resource: &Resource) -> Answer {
    let alarm = view.read::<Alarm>(resource)?;
    let mut found = Vec::new();
    if !alarm.actions_enabled {
        found.push("ActionsEnabled is false".to_owned());
    }
    if alarm.alarm_actions.is_empty() {
        found.push("AlarmActions is empty".to_owned());
    }
    none_of(found, format!("{} actions", alarm.alarm_actions.len()))
}

fn has_alarm(view: &View<'_>, resource: &Resource) -> Answer {
    let mut alarms = view.naming::<Alarm>(&resource.address)?.len();
    if resource.type_name.0 == ReplicationGroup::CONTRACT.type_name {
        // A cache is measured node by node; ElastiCache names the nodes `GROUP-001` and so on.
        let nodes = format!("{}-", view.read::<ReplicationGroup>(resource)?.replication_group_id);
        let is_of_node = |alarm: &Alarm| alarm.dimensions.iter().any(|one| one.value.as_literal().is_some_and(|id| id.starts_with(&nodes)));
        alarms += view.all::<Alarm>()?.iter().filter(|(_, alarm)| is_of_node(alarm)).count();
    }
    check(alarms > 0, format!("{alarms} alarms"), "no alarm watches it")
}
