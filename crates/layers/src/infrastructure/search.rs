//! Full-text search on Amazon OpenSearch Service.
//!
//! Invariants: nobody has a password; a domain is reached only by TLS, from the workloads that use it, and its policy names their roles and that of its
//! administrators alone. Those roles name the domain by the ARN that follows from its name, so neither waits for the other in a circle.

use std::collections::BTreeMap;

use strata_aws::ec2::SecurityGroup;
use strata_aws::iam::{PolicyDocument, Role, Statement};
use strata_aws::logs::ResourcePolicy;
use strata_aws::opensearch::{
    AdvancedSecurityOptions, AutoTuneOptions, ClusterConfig, Domain, DomainEndpointOptions, EbsOptions, EncryptionAtRestOptions,
    LogPublishingOption, MasterUserOptions, NodeToNodeEncryptionOptions, OffPeakWindow, OffPeakWindowOptions, SoftwareUpdateOptions,
    VpcOptions, WindowStartTime, ZoneAwarenessConfig,
};
use strata_diag::{Diagnostic, codes};
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::{Name, Platform, Resource, Search, TargetKind, Verb};

use super::{Stores, classification, group_name};
use crate::address_planner::Tier;
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::observability::log_group_name;
use crate::posture::{Level, Setting};
use crate::security::{settings, trust};
use crate::uses::actions::{Part, verb_grants};
use crate::uses::flow::HTTPS;
use crate::uses::target::{Door, Target};
use crate::uses::{edges, sid, workloads};

/// The version where none is asked for.
const VERSION: &str = "2.19";
/// TLS 1.2 or newer, and only ciphers with forward secrecy.
const TLS: &str = "Policy-Min-TLS-1-2-PFS-2023-10";
/// Every kind of log that there is.
const LOGS: [&str; 4] = ["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"];
/// The most zones that a domain stands in.
const MOST_ZONES: usize = 3;
/// The fewest nodes with data in several zones: with two, the loss of one leaves no second copy (Security Hub, Opensearch.6).
const LEAST_NODES: u32 = 3;
/// How many nodes lead: an odd number, so that one side of a split is always the larger.
const LEADERS: i64 = 3;
/// The classes of those that lead up to ten nodes: beside small ones, beside Graviton ones, beside others (OpenSearch Service developer guide, "Choosing
/// instance types for dedicated master nodes"; and "Supported instance types": one cluster is of Graviton machines or of others, never of both).
const LEADER_CLASSES: [&str; 3] = ["t3.medium.search", "m6g.large.search", "m5.large.search"];
/// The hour, in UTC, from which on the service may change the domain.
const OFF_PEAK_HOUR: i64 = 3;

/// How its nodes stand.
struct Layout {
    cluster: ClusterConfig,
    nodes: u32,
    storage_gib: u64,
    subnets: Vec<Text>,
}

/// Several zones that the file itself asks for, and that its network has not, are said to be missing rather than left out.
pub(super) fn check(context: &Context<'_>, name: &Name, search: &Search) -> Result<(), Diagnostic> {
    if search.multi_zone != Some(true) || context.network.zones.len() > 1 {
        return Ok(());
    }
    let message = format!("`resources.{name}` asks for several zones, and its network has one");
    let place = context.builder.lines().span(&format!("resources.{name}.multi_zone"));
    Err(Diagnostic::error(codes::E0318, message).at(place).hint("give the network `zones: 2` or `zones: 3`, or take the line out"))
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, search: &Search, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let about = |purpose: String| About::new(key_path.clone(), purpose);
    let layout = layout(context, search);
    let own = about(format!("The search engine {name}.")).data(name.as_str()).classified(classification(context));
    let own = said(context, &key_path, search, own);
    let group = SecurityGroup {
        group_name: group_name(context, name.as_str()),
        group_description: format!("search {name}"),
        vpc_id: context.network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group =
        context.builder.add(name.as_str(), group, about(format!("The firewall of the search engine {name}.")).in_layer(Layer::Network));
    let log = crate::observability::named_log_group(
        context,
        &format!("{name}_search"),
        log_group_name(context, name.as_str()),
        about(format!("The audit, slow and error logs of the search engine {name}.")),
        key,
    );
    let writer = log_writer(context);
    let master = administrators(context, name);
    let policy = access_policy(context, name, &master);
    let class = layout.cluster.instance_type.clone();
    let domain = Domain {
        domain_name: domain_name(context, name),
        engine_version: format!("OpenSearch_{}", search.version.as_ref().map_or(VERSION, |version| version.as_str())),
        cluster_config: layout.cluster,
        ebs_options: EbsOptions {
            ebs_enabled: true,
            volume_type: Some("gp3".to_owned()),
            volume_size: i64::try_from(layout.storage_gib).ok(),
        },
        vpc_options: Some(VpcOptions { subnet_ids: layout.subnets, security_group_ids: vec![group.output("GroupId")] }),
        access_policies: Some(policy),
        encryption_at_rest_options: EncryptionAtRestOptions { enabled: true, kms_key_id: Some(key.arn()) },
        node_to_node_encryption_options: NodeToNodeEncryptionOptions { enabled: true },
        domain_endpoint_options: DomainEndpointOptions { enforce_https: true, tls_security_policy: Some(TLS.to_owned()) },
        advanced_security_options: AdvancedSecurityOptions {
            enabled: true,
            internal_user_database_enabled: false,
            master_user_options: Some(MasterUserOptions { master_user_arn: master.arn() }),
        },
        log_publishing_options: logs(context, name),
        // The small classes have no tuning (OpenSearch Service developer guide, "Auto-Tune").
        auto_tune_options: (!is_small(&class)).then(|| AutoTuneOptions { desired_state: "ENABLED".to_owned() }),
        software_update_options: SoftwareUpdateOptions { auto_software_update_enabled: true },
        off_peak_window_options: OffPeakWindowOptions {
            enabled: true,
            off_peak_window: Some(OffPeakWindow { window_start_time: WindowStartTime { hours: OFF_PEAK_HOUR, minutes: 0 } }),
        },
        ..Domain::default()
    };
    // The service looks at its own role, and at the log group and its policy, before it makes a domain.
    let own = own.after(&log).after(&writer).after(&settings::service_role(&context.account, "opensearchservice"));
    let domain = context.builder.add(name.as_str(), domain, own);
    crate::observability::search_alarms(context, name, &domain, layout.nodes, layout.storage_gib);
    let target = target(context, name, &domain, &group);
    stores.targets.insert(name.to_string(), target);
}

/// The name of a domain: at most 28 characters.
fn domain_name(context: &Context<'_>, name: &Name) -> String {
    context.builder.name(&[name.as_str()], limit::SEARCH)
}

/// The ARN of a domain, or of paths in it, before it stands.
fn domain_arn(context: &Context<'_>, name: &Name, rest: &str) -> Text {
    regional_arn("es", &format!("domain/{}{rest}", domain_name(context, name)))
}

fn is_small(class: &str) -> bool {
    class.starts_with("t2.") || class.starts_with("t3.")
}

/// Whether a family is of Graviton machines: a `g` behind its generation, and the two families for writing.
fn is_graviton(family: &str) -> bool {
    let behind =
        family.trim_start_matches(|letter: char| !letter.is_ascii_digit()).trim_start_matches(|letter: char| letter.is_ascii_digit());
    behind.starts_with('g') || family.starts_with("or") || family.starts_with("om")
}

fn family(class: &str) -> &str {
    class.split('.').next().unwrap_or_default()
}

/// The class of the nodes that lead: one that goes with the other nodes, unless the guardrails allow no such family; then that of the other nodes.
fn leader_class(platform: &Platform, class: &str) -> String {
    let [small, graviton, other] = LEADER_CLASSES;
    let leader = match family(class) {
        _ if is_small(class) => small,
        family if is_graviton(family) => graviton,
        _ => other,
    };
    let allowed = &platform.guardrails.instance_families;
    let fits = allowed.is_empty() || family(leader) == family(class) || allowed.iter().any(|one| one.as_str() == family(leader));
    if fits { leader } else { class }.to_owned()
}

/// How its nodes stand. A standard that asks for several zones is heard where the file does not say otherwise.
fn layout(context: &Context<'_>, search: &Search) -> Layout {
    let size = search.effective_size(context.platform);
    let asked = search.multi_zone.is_none() && context.builder.posture().is_on(Setting::SearchStandby);
    let mut subnets = context.network.subnet_ids(Tier::Data);
    subnets.truncate(MOST_ZONES);
    if !(size.multi_zone || asked) || subnets.len() < 2 {
        subnets.truncate(1);
        let nodes = size.nodes.unwrap_or(1);
        let cluster = ClusterConfig { instance_type: size.class, instance_count: nodes.into(), ..ClusterConfig::default() };
        return Layout { cluster, nodes, storage_gib: size.storage_gib, subnets };
    }
    let zones = subnets.len();
    // As many nodes in each zone as in the others, or copies have no place.
    let nodes = size.nodes.unwrap_or(LEAST_NODES).max(LEAST_NODES).next_multiple_of(u32::try_from(zones).unwrap_or(LEAST_NODES));
    let cluster = ClusterConfig {
        dedicated_master_enabled: true,
        dedicated_master_type: Some(leader_class(context.platform, &size.class)),
        dedicated_master_count: Some(LEADERS),
        zone_awareness_enabled: true,
        zone_awareness_config: i64::try_from(zones).ok().map(|availability_zone_count| ZoneAwarenessConfig { availability_zone_count }),
        instance_type: size.class,
        instance_count: nodes.into(),
    };
    Layout { cluster, nodes, storage_gib: size.storage_gib, subnets }
}

/// What the file itself says of its zones, and a word to people where a standard asks for more.
fn said(context: &mut Context<'_>, key_path: &str, search: &Search, about: About) -> About {
    match search.multi_zone {
        Some(said) => {
            let key = format!("{key_path}.multi_zone");
            context.below(Setting::SearchStandby, Level::On(said), &key);
            about.said(Setting::SearchStandby, key)
        }
        None if search.size.is_some() && !context.builder.posture().is_on(Setting::SearchStandby) => {
            about.said(Setting::SearchStandby, format!("{key_path}.size"))
        }
        None => about,
    }
}

/// The role that may do everything in the domain: people of the account with a second factor take it on, no workload does.
fn administrators(context: &mut Context<'_>, name: &Name) -> Handle {
    let key_path = format!("resources.{name}");
    let own = role_name(name);
    let role = Role {
        role_name: context.builder.name(&[&own], limit::ROLE),
        description: format!("Administers the search engine {name}"),
        assume_role_policy_document: trust::people(),
        ..Role::default()
    };
    let purpose =
        format!("Whoever takes it on maps the roles of workloads to roles of OpenSearch inside {name}. Nobody has a password there.");
    context.builder.add(&own, role, About::new(key_path, purpose))
}

/// What the role of its administrators is called in the graph.
fn role_name(name: &Name) -> String {
    format!("{name}_administrators")
}

/// Who may send which requests: one statement for each workload that uses the domain, by its verb, and one for the administrators.
fn access_policy(context: &Context<'_>, name: &Name, master: &Handle) -> PolicyDocument {
    let inside = || domain_arn(context, name, "/*");
    let statement = |who: &str, verb: Verb, role: &Handle| {
        let grants = verb_grants(TargetKind::Search, verb).grants.iter();
        let actions: Vec<&str> = grants.flat_map(|grant| grant.actions).copied().collect();
        Statement::allow(sid(&[who, verb.as_str()]), actions, [inside()]).for_aws([role.arn()])
    };
    let mut statements = vec![statement("administrators", Verb::Write, master)];
    for workload in workloads(context.resolved) {
        for edge in edges(context.resolved, &workload).into_iter().filter(|edge| edge.to == name) {
            let role = context.builder.handle::<Role>(workload.name.as_str());
            statements.extend(edge.verbs.iter().map(|verb| statement(workload.name.as_str(), *verb, &role)));
        }
    }
    PolicyDocument::new(statements)
}

fn logs(context: &Context<'_>, name: &Name) -> BTreeMap<String, LogPublishingOption> {
    let arn = log_arn(context, name, "");
    LOGS.map(|kind| (kind.to_owned(), LogPublishingOption { cloud_watch_logs_log_group_arn: arn.clone(), enabled: true })).into()
}

/// The ARN of the log group of a domain. AWS and CloudFormation write it with the streams behind it, Terraform without; so it is made of the name.
fn log_arn(context: &Context<'_>, name: &Name, streams: &str) -> Text {
    regional_arn("logs", &format!("log-group:{}{streams}", log_group_name(context, name.as_str())))
}

/// The one policy of the environment by which OpenSearch writes its logs: AWS has room for ten in a region, whoever makes them.
fn log_writer(context: &mut Context<'_>) -> Handle {
    const NAME: &str = "opensearch";
    if context.builder.has::<ResourcePolicy>(NAME) {
        return context.builder.handle::<ResourcePolicy>(NAME);
    }
    let resources = context.resolved.application.resources.iter();
    let names: Vec<&Name> = resources.filter(|(_, resource)| matches!(resource, Resource::Search(_))).map(|(name, _)| name).collect();
    let statement = Statement::allow(
        "OpenSearchLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
        names.iter().map(|name| log_arn(context, name, ":*")),
    )
    .for_service("es.amazonaws.com")
    .when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId])
    .when("ArnLike", "aws:SourceArn", names.iter().map(|name| domain_arn(context, name, "")));
    let policy =
        ResourcePolicy { policy_name: context.builder.name(&[NAME], limit::GROUP), policy_document: PolicyDocument::new([statement]) };
    let mut keys = names.iter().map(|name| format!("resources.{name}"));
    let first = keys.next().unwrap_or_else(|| "resources".to_owned());
    let about = About::new(first, "Lets the environment's search engines write their logs, and nothing else.");
    let about = keys.fold(about, About::also);
    context.builder.add(NAME, policy, about.in_layer(Layer::Observability))
}

fn target(context: &Context<'_>, name: &Name, domain: &Handle, group: &Handle) -> Target {
    let endpoint = domain.output("DomainEndpoint");
    let door = Door::Group { group: group.clone(), ports: vec![HTTPS] };
    // By the name alone: the policy of a role must not wait for the domain, whose policy waits for the role.
    let inside = domain_arn(context, name, "/*");
    let mut target = Target::new(TargetKind::Search, door)
        .output("url", Text::join(["https://".into(), endpoint.clone()]))
        .output("endpoint", endpoint)
        .output("arn", domain.arn())
        .output("region", context.network.region())
        .part(Part::Inside, inside.clone(), inside)
        .made_of(domain);
    target.administrators = Some(context.builder.name(&[&role_name(name)], limit::ROLE));
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graviton_families_are_told_from_others() {
        for graviton in ["m6g", "c6g", "r6gd", "r7g", "im4gn", "i4g", "or1", "om2"] {
            assert!(is_graviton(graviton), "{graviton}");
        }
        for other in ["m5", "t3", "r5", "c5", "i3", "i4i", "r7i", "m6i"] {
            assert!(!is_graviton(other), "{other}");
        }
    }
}
