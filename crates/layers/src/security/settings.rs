//! Settings that AWS has once for an account or region: closed by default.

use strata_aws::accessanalyzer::Analyzer;
use strata_aws::ec2::{DefaultVpcRemoval, EbsEncryptionByDefault, ImageBlockPublicAccess, SnapshotBlockPublicAccess};
use strata_aws::iam::{AccountPasswordPolicy, Role, RootUser, ServiceLinkedRole};
use strata_aws::s3::AccountPublicAccessBlock;
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::{DefaultNetwork, Platform};

use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;
use crate::naming::limit;

use super::trust;

/// Services whose own role must stand before what we make for them; AWS makes the others at first use.
const SERVICE_ROLES: [(&str, &str, &str); 3] = [
    ("autoscaling", "autoscaling.amazonaws.com", "Lets auto scaling groups start machines with disks under our keys."),
    ("config", "config.amazonaws.com", "Lets Config read what it writes down."),
    ("opensearchservice", "opensearchservice.amazonaws.com", "Lets OpenSearch put its nodes' network interfaces into our subnets."),
];

/// What an account has once.
pub(super) fn lower_home(builder: &mut Builder<'_>, account: &AccountView) {
    let path = account.key_path();
    let policy = AccountPasswordPolicy {
        minimum_password_length: 14,
        require_symbols: true,
        require_numbers: true,
        require_uppercase_characters: true,
        require_lowercase_characters: true,
        allow_users_to_change_password: true,
        max_password_age: Some(90),
        password_reuse_prevention: Some(24),
        hard_expiry: false,
    };
    let purpose = "Passwords of users, as CIS AWS 5.0 1.7 and 1.8 and PCI DSS 4.0 8.3.6, 8.3.7 and 8.3.9 ask for.";
    builder.add("main", policy, About::new(&path, purpose).also("platform:compliance"));
    let block = AccountPublicAccessBlock {
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
    };
    let purpose = "Keeps every bucket of the account closed to the public, whoever makes it.";
    builder.add("main", block, About::new(&path, purpose).also("platform:compliance"));
    let purpose = "Looks at how the user that may do everything is secured; only who holds the account can change that.";
    builder.add("main", RootUser::default(), About::new(&path, purpose).also("platform:compliance"));
    support_role(builder, account);
    for (name, service, purpose) in SERVICE_ROLES {
        let role = ServiceLinkedRole { aws_service_name: service.to_owned() };
        builder.add(name, role, About::new(&path, purpose));
    }
}

/// The role with which people open and follow cases with AWS Support, and do nothing else (CIS AWS 5.0 1.16, PCI DSS 4.0 12.10.1).
fn support_role(builder: &mut Builder<'_>, account: &AccountView) {
    let policy = Text::join(["arn:".into(), Pseudo::Partition.into(), ":iam::aws:policy/AWSSupportAccess".into()]);
    let role = Role {
        role_name: builder.name(&["support"], limit::ROLE),
        description: "Opens and follows cases with AWS Support".to_owned(),
        assume_role_policy_document: trust::people(),
        managed_policy_arns: vec![policy],
        ..Role::default()
    };
    let purpose = "Lets the account's people, with a second factor, ask AWS for help in an incident.";
    builder.add("support", role, About::new(account.key_path(), purpose).also("platform:compliance"));
}

/// What an account has once in each region.
pub(super) fn lower_region(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView) {
    let path = account.key_path();
    let declared = platform.accounts.iter().find(|(name, _)| name.as_str() == account.name).map(|(_, declared)| declared);
    if declared.is_none_or(|declared| declared.default_network == DefaultNetwork::Remove) {
        let purpose = "Removes the open network that AWS puts into every new account, so that nothing starts in it by mistake; one in use is left whole.";
        let about = About::new(&path, purpose).also("platform:compliance").in_layer(Layer::Network);
        builder.add("main", DefaultVpcRemoval { removed: true }, about);
    }
    let encryption = EbsEncryptionByDefault { enabled: true, kms_key_id: None };
    let purpose = "Encrypts every new disk in this region, whoever makes it; our own name their keys.";
    builder.add("main", encryption, About::new(&path, purpose).also("platform:compliance"));
    let snapshots = SnapshotBlockPublicAccess { state: "block-all-sharing".to_owned() };
    let purpose = "Keeps every snapshot of a disk in this region closed to the public, whoever makes it.";
    builder.add("main", snapshots, About::new(&path, purpose).also("platform:compliance"));
    let images = ImageBlockPublicAccess { state: "block-new-sharing".to_owned() };
    let purpose = "Keeps every image of a machine in this region closed to the public, whoever makes it.";
    builder.add("main", images, About::new(&path, purpose).also("platform:compliance"));
    let analyzer = Analyzer { analyzer_name: builder.name(&[], limit::GROUP), analyzer_type: "ACCOUNT".to_owned(), ..Analyzer::default() };
    let purpose = "Finds what others outside the account can reach (CIS AWS 5.0 1.19).";
    builder.add("main", analyzer, About::new(&path, purpose).also("platform:compliance"));
}

/// A service's own role in the account, by the first word of its principal.
pub(crate) fn service_role(account: &AccountView, name: &str) -> Handle {
    Handle::to::<ServiceLinkedRole>(&account.home, name)
}
