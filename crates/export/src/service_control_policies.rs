//! Service control policies that keep an account's baseline, for whoever holds the organization's management account. Strata does not hold it, so it
//! writes the documents and attaches nothing.
//!
//! Invariants: only what the graph builds in the account is guarded; the roles by which Strata acts may go on changing it; each document is within
//! the 5,120 characters that AWS Organizations takes (AWS Organizations user guide, "Quotas").

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};
use strata_graph::{Graph, Pseudo, Scope};

use crate::context::{ExportContext, ExportError, Files};

/// What AWS Organizations takes in one policy, white space included.
const LIMIT: usize = 5120;

/// Sid, the type that it guards, and the calls that would undo it (Service Authorization Reference, one page a service).
const GUARDS: &[(&str, &str, &[&str])] = &[
    (
        "Trail",
        "AWS::CloudTrail::Trail",
        &["cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"],
    ),
    (
        "Recorder",
        "AWS::Config::ConfigurationRecorder",
        &[
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "config:PutConfigurationRecorder",
            "config:PutDeliveryChannel",
            "config:StopConfigurationRecorder",
        ],
    ),
    ("ConfigRules", "AWS::Config::ConformancePack", &["config:DeleteConformancePack", "config:PutConformancePack"]),
    ("DefaultNetwork", "Strata::EC2::DefaultVpcRemoval", &["ec2:CreateDefaultSubnet", "ec2:CreateDefaultVpc"]),
    (
        "ThreatDetection",
        "AWS::GuardDuty::Detector",
        &["guardduty:CreateFilter", "guardduty:CreateIPSet", "guardduty:DeleteDetector", "guardduty:UpdateDetector"],
    ),
    (
        "SecurityHub",
        "AWS::SecurityHub::Hub",
        &["securityhub:BatchDisableStandards", "securityhub:DisableSecurityHub", "securityhub:UpdateStandardsControl"],
    ),
    ("VulnerabilityScan", "Strata::Inspector2::Enabler", &["inspector2:Disable", "inspector2:UpdateConfiguration"]),
    (
        "SensitiveData",
        "AWS::Macie::Session",
        &["macie2:DisableMacie", "macie2:UpdateAutomatedDiscoveryConfiguration", "macie2:UpdateMacieSession"],
    ),
    ("AccessAnalyzer", "AWS::AccessAnalyzer::Analyzer", &["access-analyzer:DeleteAnalyzer"]),
    ("PublicBuckets", "Strata::S3::AccountPublicAccessBlock", &["s3:PutAccountPublicAccessBlock"]),
    ("VolumeEncryption", "Strata::EC2::EbsEncryptionByDefault", &["ec2:DisableEbsEncryptionByDefault"]),
    ("PublicSnapshots", "AWS::EC2::SnapshotBlockPublicAccess", &["ec2:DisableSnapshotBlockPublicAccess"]),
    ("PublicImages", "Strata::EC2::ImageBlockPublicAccess", &["ec2:DisableImageBlockPublicAccess"]),
    ("Passwords", "Strata::IAM::AccountPasswordPolicy", &["iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"]),
    ("SecurityContact", "Strata::Account::AlternateContact", &["account:DeleteAlternateContact", "account:PutAlternateContact"]),
    (
        "BackupVaults",
        "AWS::Backup::BackupVault",
        &["backup:DeleteBackupVaultAccessPolicy", "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteRecoveryPoint"],
    ),
];

/// Services that answer in one region for the whole account (AWS Organizations user guide, "Deny access to AWS based on the requested Region").
const GLOBAL: &[&str] = &[
    "account:*",
    "aws-portal:*",
    "billing:*",
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "cur:*",
    "ec2:DescribeRegions",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "kms:*",
    "organizations:*",
    "pricing:*",
    "route53:*",
    "route53domains:*",
    "s3:GetAccountPublicAccessBlock",
    "s3:ListAllMyBuckets",
    "s3:PutAccountPublicAccessBlock",
    "shield:*",
    "sts:*",
    "support:*",
    "tag:*",
    "trustedadvisor:*",
    "wafv2:*",
];

/// The documents of every account that the graph reaches, and how to attach them.
///
/// # Errors
/// [`ExportError`] where an account has no placement or a document would be longer than AWS takes.
pub fn service_control_policies(graph: &Graph, context: &ExportContext) -> Result<Files, ExportError> {
    let mut files = Files::new();
    let mut readme = format!(
        "# Service control policies of {}\n\nMade by Strata from what it builds in each account. Strata does not hold the organization's management account: whoever does \
         attaches them, to the account or to an organizational unit above it. They bind everybody in the account, its root user too, but for the roles named in them.\n",
        context.platform
    );
    for (account_id, account) in accounts(graph, context)? {
        let mut documents = vec![
            ("organization", "Nobody takes the account out of the organization, and its root user does nothing", organization()),
            ("regions", "Nothing is made outside of the regions that the platform uses", regions(&account)),
        ];
        let _ = write!(readme, "\n## {} ({account_id})\n\n", account.name);
        if account.roles.is_empty() {
            readme.push_str("The platform file names no `role` for this account, so nothing could tell Strata from anybody else: `baseline.json` was not written.\n\n");
        } else {
            documents.insert(0, ("baseline", "The account's baseline cannot be undone but by Strata", baseline(&account)));
        }
        for (name, purpose, document) in documents {
            // Without white space: it counts against the limit.
            let text = document.to_string();
            if text.len() > LIMIT {
                let what = format!("the policy '{name}' has {} characters, and AWS takes {LIMIT}", text.len());
                return Err(ExportError::NoForm { address: account.name, what });
            }
            let path = format!("{}/{name}.json", account.name);
            let _ = write!(
                readme,
                "- `{path}`: {purpose}.\n\n      aws organizations create-policy --type SERVICE_CONTROL_POLICY --name {}-{}-{name} --description '{purpose}' --content \
                 file://{path}\n      aws organizations attach-policy --policy-id POLICY_ID --target-id {account_id}\n\n",
                context.platform, account.name
            );
            files.insert(path, text.into_bytes());
        }
    }
    files.insert("README.md".to_owned(), readme.into_bytes());
    Ok(files)
}

/// An account as the documents see it.
struct Account {
    name: String,
    partition: String,
    types: BTreeSet<String>,
    roles: BTreeSet<String>,
    regions: BTreeSet<String>,
}

/// The accounts by their digits, with what the graph builds in the scopes of the account itself and below it.
fn accounts(graph: &Graph, context: &ExportContext) -> Result<BTreeMap<String, Account>, ExportError> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for resource in graph.iter() {
        let scope = resource.address.scope();
        let placement = context.placements.get(scope).ok_or_else(|| ExportError::NoPlacement(scope.clone()))?;
        let account = accounts.entry(placement.account_id.clone()).or_insert_with(|| Account {
            name: placement.account.clone(),
            partition: placement.pseudo(Pseudo::Partition).to_owned(),
            types: BTreeSet::new(),
            roles: BTreeSet::new(),
            regions: BTreeSet::new(),
        });
        account.roles.extend(placement.role.clone());
        account.regions.insert(placement.region.clone());
        if matches!(scope, Scope::Account(_)) || resource.type_name.0 == "AWS::Backup::BackupVault" {
            account.types.insert(resource.type_name.0.clone());
        }
    }
    Ok(accounts)
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// For everybody but the roles by which Strata acts.
fn baseline(account: &Account) -> Value {
    let built = GUARDS.iter().filter(|(_, type_name, _)| account.types.contains(*type_name));
    let others = json!({"ArnNotEquals": {"aws:PrincipalArn": account.roles}});
    let statements: Vec<Value> = built
        .map(|(sid, _, actions)| json!({"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": "*", "Condition": others}))
        .collect();
    document(&statements)
}

fn organization() -> Value {
    document(&[
        json!({"Sid": "Leave", "Effect": "Deny", "Action": ["account:CloseAccount", "organizations:LeaveOrganization"], "Resource": "*"}),
        json!({"Sid": "Root", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": ["arn:*:iam::*:root"]}}}),
    ])
}

fn regions(account: &Account) -> Value {
    // What answers for the whole world answers in these.
    let home = match account.partition.as_str() {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    };
    let mut regions = account.regions.clone();
    regions.insert(home.to_owned());
    document(&[json!({
        "Sid": "Regions", "Effect": "Deny", "NotAction": GLOBAL, "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions}},
    })])
}
