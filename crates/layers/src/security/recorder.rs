//! AWS Config: how every resource was at which time (CIS AWS 5.0 3.3, PCI DSS 4.0 11.5).

use strata_aws::config::{ConfigSnapshotDeliveryProperties, ConfigurationRecorder, DeliveryChannel, RecorderStatus, RecordingGroup};
use strata_aws::kms;
use strata_aws::s3::BucketPolicy;

use super::settings::service_role;
use crate::arn::iam_arn;
use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;

/// The name that AWS gives to the one recorder and the one channel of a region.
const NAME: &str = "default";

/// Lowers the recorder, the channel into the audit bucket, and that it runs.
pub(super) fn lower(builder: &mut Builder<'_>, account: &AccountView) {
    let path = account.key_path();
    let recorder = ConfigurationRecorder {
        name: NAME.to_owned(),
        role_arn: iam_arn("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        recording_group: RecordingGroup {
            all_supported: true,
            // Users, roles and policies are the same in all regions: the home region writes them down once.
            include_global_resource_types: account.is_home(),
        },
    };
    let about = About::new(&path, "Writes down how every resource was at which time.")
        .also("platform:compliance")
        .after(&service_role(account, "config"));
    let recorder = builder.add("main", recorder, about);
    let channel = DeliveryChannel {
        name: NAME.to_owned(),
        s3_bucket_name: account.audit_bucket_name().into(),
        s3_kms_key_arn: Some(Handle::to::<kms::Key>(&account.home, "logs").arn()),
        config_snapshot_delivery_properties: Some(ConfigSnapshotDeliveryProperties { delivery_frequency: "TwentyFour_Hours".to_owned() }),
        ..DeliveryChannel::default()
    };
    let about =
        About::new(&path, "Where the recorder writes to.").after(&recorder).after(&Handle::to::<BucketPolicy>(&account.home, "audit"));
    let channel = builder.add("main", channel, about);
    let status = RecorderStatus { recorder_name: recorder.output("Name"), recording: true };
    builder.add("main", status, About::new(&path, "That the recorder runs.").after(&channel));
}

/// The running recorder: Security Hub's checks read what it writes down.
pub(super) fn running(account: &AccountView) -> Handle {
    Handle::to::<RecorderStatus>(&account.scope, "main")
}
