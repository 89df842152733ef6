//! Files on Amazon EFS that several tasks share.
//!
//! Invariants: encrypted with the environment's key, and on the way; reached only from the workloads that use them; entered by one point, which has one
//! folder for root and one user, whatever a task says that it is; nobody gets in but by a role whose policy says so.

use strata_aws::ec2::SecurityGroup;
use strata_aws::efs::{AccessPoint, BackupPolicy, CreationInfo, FileSystem, LifecyclePolicy, MountTarget, PosixUser, RootDirectory};
use strata_aws::iam::{PolicyDocument, Statement};
use strata_graph::{Layer, Text};
use strata_spec::{Files, Name, TargetKind};

use super::{Stores, classification, group_name};
use crate::address_planner::Tier;
use crate::builder::About;
use crate::environment::Context;
use crate::uses::actions::Part;
use crate::uses::flow::NFS;
use crate::uses::target::{Door, Mount, Target};

/// The user that owns the files and as whom every task reads and writes them.
const USER: &str = "1000";
/// The owner and its group read and write; others have no business there.
const PERMISSIONS: &str = "0770";

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Files, key: &crate::builder::Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let about = |purpose: String| About::new(key_path.clone(), purpose);
    let tiered = declared.tiered.unwrap_or(true);
    let system = FileSystem {
        encrypted: true,
        kms_key_id: Some(key.arn()),
        performance_mode: "generalPurpose".to_owned(),
        throughput_mode: "elastic".to_owned(),
        // AWS's own daily copies, beside the environment's plan, whose vault has our key and a lock.
        backup_policy: BackupPolicy { status: "ENABLED".to_owned() },
        lifecycle_policies: if tiered { tiers() } else { Vec::new() },
        file_system_policy: Some(policy()),
        ..FileSystem::default()
    };
    let own = about(format!("The files {name}, which the tasks that use them share."))
        .data(name.as_str())
        .classified(classification(context))
        .tag(super::backup::TAG, super::backup::tag_value(context));
    let system = context.builder.add(name.as_str(), system, own);
    let group = SecurityGroup {
        group_name: group_name(context, name.as_str()),
        group_description: format!("files {name}"),
        vpc_id: context.network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group = context.builder.add(name.as_str(), group, about(format!("The firewall of the files {name}.")).in_layer(Layer::Network));
    let point = AccessPoint {
        file_system_id: system.output("FileSystemId"),
        posix_user: Some(PosixUser { uid: USER.to_owned(), gid: USER.to_owned() }),
        root_directory: Some(RootDirectory {
            path: format!("/{name}"),
            creation_info: CreationInfo { owner_uid: USER.to_owned(), owner_gid: USER.to_owned(), permissions: PERMISSIONS.to_owned() },
        }),
        ..AccessPoint::default()
    };
    let point = context.builder.add(
        name.as_str(),
        point,
        about(format!("The one way into {name}: its folder is the root, its user is everybody's.")),
    );
    let path = format!("/mnt/{name}");
    let mut target = Target::new(TargetKind::Files, Door::Group { group: group.clone(), ports: vec![NFS] })
        .output("path", path.as_str())
        .output("id", system.output("FileSystemId"))
        .output("arn", system.arn())
        .made_of(&point);
    let zones: Vec<(char, Text)> =
        context.network.zones.iter().map(|zone| (zone.letter, context.network.subnet(Tier::Data, zone).output("SubnetId"))).collect();
    for (letter, subnet_id) in zones {
        let mount =
            MountTarget { file_system_id: system.output("FileSystemId"), subnet_id, security_groups: vec![group.output("GroupId")] };
        let purpose = format!("Where tasks in zone {letter} mount {name}.");
        target = target.made_of(&context.builder.add(&format!("{name}-{letter}"), mount, about(purpose)));
    }
    target.arns.insert(Part::Whole, vec![system.arn()]);
    target.mount = Some(Mount {
        volume: name.to_string(),
        path,
        file_system: system.output("FileSystemId"),
        access_point: point.output("AccessPointId"),
        read_only: false,
    });
    crate::observability::files_alarms(context, name, &system);
    stores.backed_up.push(system);
    stores.targets.insert(name.to_string(), target);
}

/// Files that nobody opened for a month cost a tenth, and come back when somebody does.
fn tiers() -> Vec<LifecyclePolicy> {
    vec![
        LifecyclePolicy { transition_to_ia: Some("AFTER_30_DAYS".to_owned()), ..LifecyclePolicy::default() },
        LifecyclePolicy { transition_to_primary_storage_class: Some("AFTER_1_ACCESS".to_owned()), ..LifecyclePolicy::default() },
    ]
}

/// Nobody is let in by this policy: a policy of the file system ends the way in that EFS opens to everybody in the network, so that only roles are left
/// whose own policies say so (EFS user guide, "Using IAM to control file system data access"). And nobody comes without TLS.
fn policy() -> PolicyDocument {
    let statement = Statement::deny("OnlyTls", ["*"], Vec::<Text>::new()).for_aws(["*"]);
    PolicyDocument::new([statement.when("Bool", "aws:SecureTransport", ["false"])])
}
