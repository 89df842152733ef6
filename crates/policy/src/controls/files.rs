//! Controls of files that tasks share: Amazon EFS.

use strata_aws::backup::BackupSelection;
use strata_aws::efs::{AccessPoint, FileSystem, MountTarget};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of};
use crate::policies::{public_statements, refuses_plain_text};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "efs-access-point-enforces-folder", Infrastructure, Medium, Both, ["AWS::EFS::AccessPoint"];
        title: "Who comes by an access point sees one folder",
        why: "From the root of the file system a task reads every other's files.",
        repair: "Give the access point a root directory other than `/`.",
        prowler: ["efs_access_point_enforce_root_directory"],
        checkov: ["CKV_AWS_329"],
        config: ["EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY"],
        security_hub: ["EFS.3"],
        each: enforces_folder,
    },
    control! {
        "efs-access-point-enforces-user", Infrastructure, Medium, Both, ["AWS::EFS::AccessPoint"];
        title: "Who comes by an access point is one user, whatever it says",
        why: "A task says by itself which user it is; without this it is root where it says so.",
        repair: "Give the access point a POSIX user that is not root.",
        prowler: ["efs_access_point_enforce_user_identity"],
        checkov: ["CKV_AWS_330"],
        config: ["EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY"],
        security_hub: ["EFS.4"],
        each: enforces_user,
    },
    control! {
        "efs-backed-up", Infrastructure, Medium, Both, ["AWS::EFS::FileSystem"];
        title: "Files are backed up",
        why: "What a program or a thief overwrites is there in a copy of yesterday.",
        repair: "Tag the file system for a backup selection of the environment, and leave its own backup policy on.",
        prowler: ["efs_have_backup_enabled"],
        checkov: ["CKV2_AWS_18"],
        config: ["EFS_IN_BACKUP_PLAN"],
        security_hub: ["EFS.2"],
        each: backed_up,
    },
    control! {
        "efs-encrypted", Infrastructure, High, Both, ["AWS::EFS::FileSystem"];
        title: "Files are encrypted with a key of our own",
        why: "With a key of our own, reading the files needs the right to the key too.",
        repair: "Set Encrypted and a KmsKeyId of the environment; that needs a new file system.",
        prowler: ["efs_encryption_at_rest_enabled"],
        checkov: ["CKV_AWS_42", "CKV_AWS_184"],
        config: ["EFS_ENCRYPTED_CHECK"],
        security_hub: ["EFS.1"],
        each: encrypted,
    },
    control! {
        "efs-in-data-subnets", Infrastructure, High, Both, ["AWS::EFS::MountTarget"];
        title: "Files are mounted in subnets that the internet has no route to",
        why: "What the internet cannot reach it cannot read.",
        repair: "Put the mount target into a data subnet.",
        prowler: ["efs_mount_target_not_publicly_accessible"],
        checkov: [],
        config: [],
        security_hub: ["EFS.6"],
        each: in_data_subnets,
    },
    control! {
        "efs-not-public", Infrastructure, High, Both, ["AWS::EFS::FileSystem"];
        title: "Nobody mounts files without a role that may, and nobody without TLS",
        why: "A file system without a policy lets in whoever reaches it in the network.",
        repair: "Give the file system a policy that allows nobody by itself, and denies where aws:SecureTransport is false.",
        prowler: ["efs_not_publicly_accessible"], checkov: [], config: [], security_hub: [],
        each: not_public,
    },
];

fn enforces_folder(view: &View<'_>, resource: &Resource) -> Answer {
    let point = view.read::<AccessPoint>(resource)?;
    let path = point.root_directory.as_ref().map_or("/", |root| root.path.as_str());
    check(path != "/", format!("the root is {path}"), "the root is that of the file system")
}

fn enforces_user(view: &View<'_>, resource: &Resource) -> Answer {
    match &view.read::<AccessPoint>(resource)?.posix_user {
        Some(user) => check(user.uid != "0", format!("everybody is user {}", user.uid), "everybody is root"),
        None => check(false, "", "everybody is who they say they are"),
    }
}

fn backed_up(view: &View<'_>, resource: &Resource) -> Answer {
    let system = view.read::<FileSystem>(resource)?;
    let chosen = view.all::<BackupSelection>()?.iter().any(|(_, selection)| {
        selection
            .selection
            .list_of_tags
            .iter()
            .any(|tag| system.tags.get(&tag.condition_key).and_then(|value| value.as_literal()) == Some(tag.condition_value.as_str()))
    });
    let mut found = Vec::new();
    if !chosen {
        found.push("no backup selection chooses it by a tag".to_owned());
    }
    if system.backup_policy.status != "ENABLED" {
        found.push("its own backup policy is off".to_owned());
    }
    none_of(found, "a plan of the environment and its own policy back it up")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let system = view.read::<FileSystem>(resource)?;
    let own = system.encrypted && is_set(system.kms_key_id.as_ref());
    check(own, "encrypted with a key of ours", "not encrypted with a key of ours")
}

fn in_data_subnets(view: &View<'_>, resource: &Resource) -> Answer {
    let target = view.read::<MountTarget>(resource)?;
    let public = view.topology()?.public_among(view, std::slice::from_ref(&target.subnet_id))?;
    none_of(public.into_iter().map(|subnet| format!("{subnet} is public")).collect(), "its subnet has no route to an internet gateway")
}

fn not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let system = view.read::<FileSystem>(resource)?;
    let Some(policy) = &system.file_system_policy else {
        return check(false, "", "it has no policy, so everybody who reaches it mounts it");
    };
    let mut found = public_statements(policy);
    if !refuses_plain_text(policy, "elasticfilesystem") {
        found.push("its policy does not deny requests without TLS".to_owned());
    }
    none_of(found, "its policy lets in nobody by itself, and denies requests without TLS")
}
