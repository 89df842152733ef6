//! Files that tasks share: Amazon EFS.

use strata_aws::ec2::SecurityGroup;
use strata_aws::efs::{AccessPoint, BackupPolicy, CreationInfo, FileSystem, LifecyclePolicy, MountTarget, PosixUser, RootDirectory};
use strata_aws::iam::{PolicyDocument, Statement};
use strata_graph::Text;

use super::{key, subnets};
use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

fn tls_only() -> PolicyDocument {
    let statement = Statement::deny("OnlyTls", ["*"], Vec::<Text>::new()).for_aws(["*"]);
    PolicyDocument::new([statement.when("Bool", "aws:SecureTransport", ["false"])])
}

fn after(days: u32) -> LifecyclePolicy {
    LifecyclePolicy { transition_to_ia: Some(format!("AFTER_{days}_DAYS")), ..LifecyclePolicy::default() }
}

async fn system(bench: &Bench) -> Made<FileSystem> {
    let system = FileSystem {
        encrypted: true,
        kms_key_id: Some(key(bench)),
        performance_mode: "generalPurpose".into(),
        throughput_mode: "elastic".into(),
        backup_policy: BackupPolicy { status: "ENABLED".into() },
        lifecycle_policies: vec![after(30)],
        file_system_policy: Some(tls_only()),
        ..FileSystem::default()
    };
    bench.create("shared", system).await
}

/// A security group in the network of a subnet.
async fn group(bench: &Bench, subnet: &Text, name: &str) -> Text {
    let cloud = bench.cloud().await;
    let seen = cloud.ec2().describe_subnets().subnet_ids(subnet.as_literal().unwrap()).send().await.unwrap();
    let vpc_id = seen.subnets()[0].vpc_id().unwrap().into();
    let group = SecurityGroup { group_name: name.into(), group_description: "of a test".into(), vpc_id, ..SecurityGroup::default() };
    bench.create(name, group).await.output("GroupId")
}

#[tokio::test]
async fn files_their_doors_and_the_way_in() {
    let bench = Bench::new(3081);
    let subnets = subnets(&bench).await;
    let mut system = system(&bench).await;
    bench.update(&mut system, |system| system.lifecycle_policies = vec![after(7)]).await;
    bench.update(&mut system, |system| system.lifecycle_policies = Vec::new()).await;
    bench.update(&mut system, |system| _ = system.tags.insert("team".into(), "visits".into())).await;
    let (first, second) = (group(&bench, &subnets[0], "first").await, group(&bench, &subnets[0], "second").await);
    let target =
        MountTarget { file_system_id: system.output("FileSystemId"), subnet_id: subnets[0].clone(), security_groups: vec![first.clone()] };
    let mut target = bench.create("shared-a", target).await;
    bench.update(&mut target, |target| target.security_groups = vec![second.clone()]).await;
    let owner = || "1000".to_owned();
    let point = AccessPoint {
        file_system_id: system.output("FileSystemId"),
        posix_user: Some(PosixUser { uid: owner(), gid: owner() }),
        root_directory: Some(RootDirectory {
            path: "/shared".into(),
            creation_info: CreationInfo { owner_uid: owner(), owner_gid: owner(), permissions: "0770".into() },
        }),
        ..AccessPoint::default()
    };
    let mut point = bench.create("shared", point).await;
    bench.update(&mut point, |point| _ = point.tags.insert("team".into(), "visits".into())).await;
    bench.delete(point).await;
    bench.delete(target).await;
    bench.delete(system).await;
}

/// The emulator knows no change of the backup policy, and no removal of a policy.
#[tokio::test]
async fn what_the_emulator_lacks_of_files() {
    let recorder = Recorder::start(vec![
        Answer::ok("PUT /2015-02-01/file-systems/fs-1/backup-policy", r#"{"BackupPolicy":{"Status":"DISABLING"}}"#),
        Answer::ok("DELETE /2015-02-01/file-systems/fs-1/policy", "{}"),
        Answer::ok("PUT /2015-02-01/file-systems/fs-1", "{}"),
    ]);
    let bench = Bench::recorded(&recorder);
    let before = FileSystem {
        throughput_mode: "bursting".into(),
        backup_policy: BackupPolicy { status: "ENABLED".into() },
        file_system_policy: Some(tls_only()),
        ..FileSystem::default()
    };
    let after = FileSystem {
        throughput_mode: "elastic".into(),
        backup_policy: BackupPolicy { status: "DISABLED".into() },
        file_system_policy: None,
        ..before.clone()
    };
    let made = Made {
        address: bench.address::<FileSystem>("shared"),
        id: strata_graph::PhysicalId("fs-1".into()),
        resource: after,
        outputs: Default::default(),
    };
    bench.only_update(&made, &before).await.unwrap();
    let asked = recorder.request("PUT /2015-02-01/file-systems/fs-1/backup-policy").json();
    assert_eq!(asked["BackupPolicy"]["Status"], "DISABLED");
    recorder.request("DELETE /2015-02-01/file-systems/fs-1/policy");
    assert_eq!(recorder.request("ThroughputMode").json()["ThroughputMode"], "elastic");
}
