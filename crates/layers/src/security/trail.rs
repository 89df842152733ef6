//! CloudTrail: every call in every region of the account, in files that cannot be changed unnoticed (PCI DSS 4.0 10.2, CIS AWS 5.0 3.1).

use strata_aws::cloudtrail::{DataResource, EventSelector, InsightSelector, Trail};
use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::iam::{Role, RolePolicy};
use strata_aws::logs::LogGroup;
use strata_aws::s3::BucketPolicy;
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::Platform;

use super::trust;
use crate::arn::regional_arn;
use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;
use crate::naming::limit;
use crate::observability::retention;
use crate::posture::Setting;

/// The name of the trail, known before it stands.
fn name(account: &AccountView) -> String {
    account.home_naming.name(&[], limit::TRAIL)
}

/// The ARN of the trail, known before it stands: key, bucket and trail name one another.
pub(super) fn arn(account: &AccountView) -> Text {
    regional_arn("cloudtrail", &format!("trail/{}", name(account)))
}

/// The same for all regions, as a pattern.
pub(super) fn arn_in_any_region(account: &AccountView) -> Text {
    Text::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        ":cloudtrail:*:".into(),
        Pseudo::AccountId.into(),
        format!(":trail/{}", name(account)).into(),
    ])
}

/// The log group that the trail writes to at once.
pub(super) fn log_group(account: &AccountView) -> Handle {
    Handle::to::<LogGroup>(&account.home, "trail")
}

/// Lowers the trail with its log group and role.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView) {
    let path = account.key_path();
    let group = LogGroup {
        log_group_name: builder.naming().path(&["trail"]),
        retention_in_days: retention::of(builder, platform),
        kms_key_id: Some(account.key().arn()),
        ..LogGroup::default()
    };
    let about = About::new(&path, "Holds the calls of the account as lines, for alarms on them.")
        .also(retention::KEY)
        .in_layer(Layer::Observability);
    let group = builder.add("trail", group, retention::about(platform, about));
    let streams = Text::join([group.arn(), ":*".into()]);
    let about = About::new(&path, "The identity with which CloudTrail writes its lines.");
    let role = Role {
        role_name: builder.name(&["trail"], limit::ROLE),
        description: "Writes the calls of the account into their log group".to_owned(),
        assume_role_policy_document: trust::service("cloudtrail.amazonaws.com"),
        ..Role::default()
    };
    let role = builder.add("trail", role, about.clone());
    let policy = RolePolicy {
        role_name: role.output("RoleName"),
        policy_name: "write-trail".to_owned(),
        policy_document: PolicyDocument::new([Statement::allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams.clone()])]),
    };
    let policy = builder.add("trail", policy, about);
    let everything = |service: &str| Text::join(["arn:".into(), Pseudo::Partition.into(), format!(":{service}").into()]);
    let data =
        |resource_type: &str, service: &str| DataResource { resource_type: resource_type.to_owned(), values: vec![everything(service)] };
    let trail = Trail {
        trail_name: name(account),
        s3_bucket_name: account.audit_bucket_name().into(),
        is_multi_region_trail: true,
        include_global_service_events: true,
        enable_log_file_validation: true,
        kms_key_id: Some(account.key().arn()),
        cloud_watch_logs_log_group_arn: Some(streams),
        cloud_watch_logs_role_arn: Some(role.arn()),
        is_logging: true,
        // The calls that touch data too, where a standard asks for them: who read or wrote which object, who called which function.
        event_selectors: vec![EventSelector {
            read_write_type: "All".to_owned(),
            include_management_events: true,
            data_resources: if builder.posture().is_on(Setting::DataEvents) {
                vec![data("AWS::S3::Object", "s3"), data("AWS::Lambda::Function", "lambda")]
            } else {
                Vec::new()
            },
        }],
        // Bursts of calls or of refusals that this account does not usually see (PCI DSS 4.0 10.4.1.1).
        insight_selectors: ["ApiCallRateInsight", "ApiErrorRateInsight"]
            .map(|insight_type| InsightSelector { insight_type: insight_type.to_owned() })
            .into(),
        ..Trail::default()
    };
    let about = About::new(&path, "Writes down every call in every region of the account.")
        .also("platform:compliance")
        .after(&Handle::to::<BucketPolicy>(&account.home, "audit"))
        .after(&policy);
    builder.add("main", trail, about);
}
