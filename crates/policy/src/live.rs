//! Judging the live cloud by the rules that judge a plan.
//!
//! Invariants: what was not seen is never met. A verdict that hangs on a resource that could not be looked at is not decidable and says on which;
//! one that hangs on a field that no call returns says that this field is the recorded one; what is gone is not decidable at best.

use std::collections::{BTreeMap, BTreeSet};

use strata_graph::{Address, Document, Graph, Resource};

use crate::control::Control;
use crate::judge::judge_view;
use crate::registry::control;
use crate::verdict::{ControlId, Status, Verdict};
use crate::view::View;

/// Of how many unseen resources each is left out alone, to say on which a verdict hangs.
const CULPRITS: usize = 40;

/// What the cloud shows, as a graph, and how much of it is only what is on record.
#[derive(Debug, Clone, Default)]
pub struct ObservedGraph {
    /// Every resource on record that is not gone: with what was seen; with what is on record where it could not be looked at.
    pub graph: Graph,
    /// Which resource each physical id, ARN and name stands for.
    pub identities: BTreeMap<String, Address>,
    /// The fields, as dotted paths, that no call returns and that are therefore those on record.
    pub by_record: BTreeMap<Address, Vec<String>>,
    /// The resources that could not be looked at, with why.
    pub unseen: BTreeMap<Address, String>,
    /// What is on record and the cloud no longer has, as it was last known.
    pub gone: Vec<Resource>,
}

/// What every chosen control that serves one of the standards says of the live cloud: by control, then by address.
#[must_use]
pub fn judge_observed(observed: &ObservedGraph, standards: &[String], chosen: impl Fn(&Control) -> bool) -> Vec<Verdict> {
    judge_observed_by(observed, |graph| judge_view(&View::with_identities(graph, &observed.identities), standards, &chosen))
}

/// The same for any judge, for example users' own rules.
#[must_use]
pub fn judge_observed_by(observed: &ObservedGraph, judge: impl Fn(&Graph) -> Vec<Verdict>) -> Vec<Verdict> {
    let mut verdicts = judge(&observed.graph);
    if !observed.unseen.is_empty() {
        // A rule's answer that changes without them was their doing.
        let seen = statuses(&judge(&without(observed, |address| observed.unseen.contains_key(address))));
        let hangs: Vec<usize> = (0..verdicts.len())
            .filter(|index| {
                let verdict = &verdicts[*index];
                !observed.unseen.contains_key(&verdict.address) && seen.get(&key(verdict)) != Some(&verdict.status)
            })
            .collect();
        let culprits = culprits(observed, &judge, hangs.iter().map(|index| &verdicts[*index]));
        for (index, culprits) in hangs.into_iter().zip(culprits) {
            open(&mut verdicts[index], format!("it hangs on what could not be looked at: {culprits}"));
        }
        for verdict in &mut verdicts {
            if let Some(why) = observed.unseen.get(&verdict.address).filter(|_| is_about_its_resource(observed, verdict)) {
                open(verdict, format!("it could not be looked at: {why}"));
            }
        }
    }
    if !observed.by_record.is_empty() {
        let seen = statuses(&judge(&without_record(observed)));
        for verdict in verdicts.iter_mut().filter(|verdict| verdict.status != Status::NotDecidable) {
            if seen.get(&key(verdict)) != Some(&verdict.status)
                && let Some(fields) = observed.by_record.get(&verdict.address)
            {
                verdict.detail = format!("{} (by record: no call returns {})", verdict.detail, fields.join(", "));
            }
        }
    }
    verdicts.extend(of_what_is_gone(observed, &judge));
    verdicts.sort_by(|left, right| (&left.control, &left.address).cmp(&(&right.control, &right.address)));
    verdicts
}

/// Whether the verdict is about the resource that it is said at. What an account lacks has no address of its own and is said at another
/// resource of the account's baseline: whether that one was seen is of no matter.
fn is_about_its_resource(observed: &ObservedGraph, verdict: &Verdict) -> bool {
    let types = control(&verdict.control.0).map_or(&[] as &[&str], |control| control.types);
    let resource = observed.graph.get(&verdict.address);
    types.is_empty() || resource.is_none_or(|resource| types.contains(&resource.type_name.0.as_str()))
}

fn key(verdict: &Verdict) -> (ControlId, Address) {
    (verdict.control.clone(), verdict.address.clone())
}

fn statuses(verdicts: &[Verdict]) -> BTreeMap<(ControlId, Address), Status> {
    verdicts.iter().map(|verdict| (key(verdict), verdict.status)).collect()
}

fn open(verdict: &mut Verdict, why: String) {
    verdict.status = Status::NotDecidable;
    verdict.detail = why;
}

/// On which of the unseen resources each verdict hangs: those without which alone it changes, or all where none does so alone.
fn culprits<'v>(
    observed: &ObservedGraph,
    judge: &impl Fn(&Graph) -> Vec<Verdict>,
    verdicts: impl Iterator<Item = &'v Verdict>,
) -> Vec<String> {
    let verdicts: Vec<&Verdict> = verdicts.collect();
    let mut found: Vec<Vec<&Address>> = vec![Vec::new(); verdicts.len()];
    if !verdicts.is_empty() && observed.unseen.len() <= CULPRITS {
        for address in observed.unseen.keys() {
            let seen = statuses(&judge(&without(observed, |other| other == address)));
            for (verdict, found) in verdicts.iter().zip(&mut found) {
                if seen.get(&key(verdict)) != Some(&verdict.status) {
                    found.push(address);
                }
            }
        }
    }
    let listed = |alone: Vec<&Address>| {
        let all: Vec<&Address> = if alone.is_empty() { observed.unseen.keys().collect() } else { alone };
        let shown = all.iter().take(10).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if all.len() > 10 { format!("{shown} … and {} more", all.len() - 10) } else { shown }
    };
    found.into_iter().map(listed).collect()
}

fn without(observed: &ObservedGraph, is_out: impl Fn(&Address) -> bool) -> Graph {
    rebuilt(observed.graph.iter().filter(|resource| !is_out(&resource.address)).cloned())
}

fn without_record(observed: &ObservedGraph) -> Graph {
    rebuilt(observed.graph.iter().cloned().map(|mut resource| {
        for path in observed.by_record.get(&resource.address).into_iter().flatten() {
            take(&mut resource.properties, path);
        }
        resource
    }))
}

fn rebuilt(resources: impl Iterator<Item = Resource>) -> Graph {
    let mut graph = Graph::default();
    for resource in resources {
        // They come from a graph, so no address is there twice.
        let _ = graph.insert(resource);
    }
    graph
}

fn take(document: &mut Document, path: &str) {
    let (parents, leaf) = match path.rsplit_once('.') {
        None => (None, path),
        Some((parents, leaf)) => (Some(parents), leaf),
    };
    let Some(parents) = parents else {
        document.0.remove(leaf);
        return;
    };
    let mut parts = parents.split('.');
    let mut value = parts.next().and_then(|first| document.0.get_mut(first));
    for part in parts {
        value = value.and_then(|value| value.get_mut(part));
    }
    if let Some(map) = value.and_then(serde_json::Value::as_object_mut) {
        map.remove(leaf);
    }
}

/// What the controls would have had to say of what is no longer there: a check that vanishes must not look like one that is met.
fn of_what_is_gone(observed: &ObservedGraph, judge: &impl Fn(&Graph) -> Vec<Verdict>) -> Vec<Verdict> {
    if observed.gone.is_empty() {
        return Vec::new();
    }
    let gone: BTreeSet<&Address> = observed.gone.iter().map(|resource| &resource.address).collect();
    let as_recorded = rebuilt(observed.graph.iter().chain(&observed.gone).cloned());
    let mut verdicts: Vec<Verdict> = judge(&as_recorded).into_iter().filter(|verdict| gone.contains(&verdict.address)).collect();
    for verdict in &mut verdicts {
        open(verdict, "it is gone from the cloud; `strata up` makes it again".to_owned());
    }
    verdicts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};
    use strata_graph::{Layer, Origin, Scope, TypeName};

    fn resource(kind: &str, type_name: &str, name: &str, properties: &Value) -> Resource {
        Resource {
            address: Address::new(Scope::environment("shop", "dev"), kind, name),
            type_name: TypeName(type_name.to_owned()),
            layer: Layer::Infrastructure,
            properties: Document::of(properties).unwrap(),
            depends_on: BTreeSet::new(),
            origins: vec![Origin::new("app.yaml", 3, "data.b")],
            data: None,
            waiting_for: None,
            purpose: String::new(),
        }
    }

    fn bucket() -> Resource {
        resource("bucket", "AWS::S3::Bucket", "b", &json!({"BucketName": "b-1"}))
    }

    fn policy() -> Resource {
        let deny = json!({"Sid": "Tls", "Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["s3:*"],
            "Resource": ["arn:aws:s3:::b-1/*"], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}});
        let document = json!({"Version": "2012-10-17", "Statement": [deny]});
        resource("bucket_policy", "AWS::S3::BucketPolicy", "b", &json!({"Bucket": "b-1", "PolicyDocument": document}))
    }

    fn status(observed: &ObservedGraph, control: &str) -> (Status, String) {
        let verdicts = judge_observed(observed, &["pci-dss-4.0".to_owned()], |control| control.when.in_cloud());
        let found: Vec<_> = verdicts.iter().filter(|verdict| verdict.control.0 == control && verdict.address.kind() == "bucket").collect();
        assert_eq!(found.len(), 1, "{control}: {verdicts:?}");
        (found[0].status, found[0].detail.clone())
    }

    fn graph(resources: Vec<Resource>) -> Graph {
        rebuilt(resources.into_iter())
    }

    #[test]
    fn what_hangs_on_the_unseen_is_not_decidable() {
        let mut observed = ObservedGraph { graph: graph(vec![bucket(), policy()]), ..ObservedGraph::default() };
        assert_eq!(status(&observed, "s3-bucket-tls-only").0, Status::Met);
        observed.unseen.insert(policy().address, "AccessDenied".to_owned());
        let (status_now, detail) = status(&observed, "s3-bucket-tls-only");
        assert_eq!(status_now, Status::NotDecidable);
        assert!(detail.contains("bucket_policy.b"), "{detail}");
        observed.unseen = [(bucket().address, "AccessDenied".to_owned())].into();
        assert_eq!(status(&observed, "s3-bucket-tls-only"), (Status::NotDecidable, "it could not be looked at: AccessDenied".to_owned()));
    }

    #[test]
    fn what_is_gone_is_never_met() {
        let observed = ObservedGraph { graph: graph(vec![bucket()]), gone: vec![policy()], ..ObservedGraph::default() };
        assert_eq!(status(&observed, "s3-bucket-tls-only").0, Status::Violated, "without its policy the bucket takes plain text");
        let observed = ObservedGraph { graph: graph(vec![policy()]), gone: vec![bucket()], ..ObservedGraph::default() };
        let (status_now, detail) = status(&observed, "s3-bucket-tls-only");
        assert_eq!(status_now, Status::NotDecidable);
        assert!(detail.contains("gone from the cloud"), "{detail}");
    }

    #[test]
    fn what_stands_on_a_recorded_field_says_so() {
        let properties = json!({"LogGroupName": "/shop", "RetentionInDays": 365, "KmsKeyId": "arn:aws:kms:us-east-1:1:key/k"});
        let group = resource("log_group", "AWS::Logs::LogGroup", "main", &properties);
        let mut observed = ObservedGraph { graph: graph(vec![group.clone()]), ..ObservedGraph::default() };
        let said = |observed: &ObservedGraph, control: &str| {
            let verdicts = judge_observed(observed, &["pci-dss-4.0".to_owned()], |control| control.when.in_cloud());
            let found = verdicts.into_iter().find(|verdict| verdict.control.0 == control).unwrap();
            (found.status, found.detail)
        };
        let plain = said(&observed, "log-group-encrypted");
        observed.by_record.insert(group.address, vec!["KmsKeyId".to_owned()]);
        let noted = said(&observed, "log-group-encrypted");
        assert_eq!(noted, (plain.0, format!("{} (by record: no call returns KmsKeyId)", plain.1)));
        assert!(!said(&observed, "log-group-kept-a-year").1.contains("by record"), "the field does not matter there");
    }
}
