//! Trails, detectors, recorders and hubs.

use strata_aws::account::AlternateContact;
use strata_aws::cloudtrail::{DataResource, EventSelector, InsightSelector, Trail};
use strata_aws::config::{ConfigSnapshotDeliveryProperties, ConfigurationRecorder, DeliveryChannel, RecorderStatus, RecordingGroup};
use strata_aws::guardduty::{Detector, Feature};
use strata_aws::inspector::Enabler;
use strata_aws::macie::{AutomatedDiscovery, Session};
use strata_aws::securityhub::Hub;
use strata_provider::ErrorKind;

use super::{key, role};
use crate::support::{Bench, REGION};

async fn bucket(bench: &Bench, name: &str) -> String {
    let name = format!("{name}-{}", bench.account_id());
    bench.cloud().await.s3().create_bucket().bucket(&name).send().await.unwrap();
    name
}

fn insight(insight_type: &str) -> InsightSelector {
    InsightSelector { insight_type: insight_type.into() }
}

#[tokio::test]
async fn a_trail() {
    let bench = Bench::new(3031);
    let bucket = bucket(&bench, "trail").await;
    let trail = Trail {
        trail_name: "account".into(),
        s3_bucket_name: bucket.into(),
        s3_key_prefix: Some("trail".into()),
        is_multi_region_trail: true,
        include_global_service_events: true,
        enable_log_file_validation: true,
        kms_key_id: Some(key(&bench)),
        is_logging: true,
        insight_selectors: vec![insight("ApiCallRateInsight")],
        ..Trail::default()
    };
    let mut trail = bench.create("account", trail).await;
    bench
        .update(&mut trail, |trail| {
            trail.event_selectors = vec![EventSelector {
                read_write_type: "All".into(),
                include_management_events: true,
                data_resources: vec![DataResource { resource_type: "AWS::S3::Object".into(), values: vec!["arn:aws:s3".into()] }],
            }];
        })
        .await;
    bench.update(&mut trail, |trail| trail.is_logging = false).await;
    // The emulator adds kinds to those that it has and never takes one away: leaving one out shows on AWS alone.
    bench.update(&mut trail, |trail| trail.insight_selectors.push(insight("ApiErrorRateInsight"))).await;
    bench
        .update(&mut trail, |trail| {
            trail.is_logging = true;
            trail.enable_log_file_validation = false;
            trail.tags.insert("team".into(), "security".into());
        })
        .await;
    bench.delete(trail).await;
}

fn detector() -> Detector {
    let feature = |name: &str, status: &str| Feature { name: name.into(), status: status.into(), ..Feature::default() };
    Detector {
        enable: true,
        finding_publishing_frequency: "FIFTEEN_MINUTES".into(),
        features: vec![feature("S3_DATA_EVENTS", "ENABLED"), feature("EKS_AUDIT_LOGS", "DISABLED")],
        ..Detector::default()
    }
}

#[tokio::test]
async fn a_detector() {
    let bench = Bench::new(3032);
    let mut detector = bench.create("main", detector()).await;
    bench.update(&mut detector, |detector| detector.finding_publishing_frequency = "ONE_HOUR".into()).await;
    bench.update(&mut detector, |detector| detector.features[1].status = "ENABLED".into()).await;
    bench.delete(detector).await;
}

#[tokio::test]
async fn a_detector_of_others_is_a_conflict_and_stays() {
    let bench = Bench::new(3033);
    let cloud = bench.cloud().await;
    let theirs = cloud.guardduty().create_detector().enable(true).send().await.unwrap();
    let address = bench.address::<Detector>("main");
    assert_eq!(bench.observe(&address, None, &detector()).await.unwrap(), None, "a detector of others is taken for ours");
    let error = bench.only_create("main", detector()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    assert!(error.message.contains(theirs.detector_id().unwrap()), "{error}");
    let all = cloud.guardduty().list_detectors().send().await.unwrap();
    assert_eq!(all.detector_ids(), [theirs.detector_id().unwrap()]);
}

#[tokio::test]
async fn a_recorder_that_runs() {
    let bench = Bench::new(3034);
    let bucket = bucket(&bench, "config").await;
    let recorder = ConfigurationRecorder {
        name: "default".into(),
        role_arn: role(&bench, "config"),
        recording_group: RecordingGroup { all_supported: true, include_global_resource_types: true },
    };
    let mut recorder = bench.create("main", recorder).await;
    let channel = DeliveryChannel {
        name: "default".into(),
        s3_bucket_name: bucket.into(),
        s3_key_prefix: Some("config".into()),
        config_snapshot_delivery_properties: Some(ConfigSnapshotDeliveryProperties { delivery_frequency: "Six_Hours".into() }),
        ..DeliveryChannel::default()
    };
    let mut channel = bench.create("main", channel).await;
    let status = RecorderStatus { recorder_name: recorder.output("Name"), recording: true };
    let status = bench.create("main", status).await;
    bench.update(&mut recorder, |recorder| recorder.recording_group.include_global_resource_types = false).await;
    bench
        .update(&mut channel, |channel| {
            channel.config_snapshot_delivery_properties = Some(ConfigSnapshotDeliveryProperties { delivery_frequency: "One_Hour".into() });
        })
        .await;
    bench.delete(status).await;
    bench.delete(channel).await;
    bench.delete(recorder).await;
}

#[tokio::test]
async fn a_hub() {
    let bench = Bench::new(3035);
    let hub = Hub {
        enable_default_standards: false,
        control_finding_generator: "SECURITY_CONTROL".into(),
        auto_enable_controls: true,
        ..Hub::default()
    };
    let hub = bench.create("main", hub).await;
    assert_eq!(hub.id.0, format!("arn:aws:securityhub:{REGION}:{}:hub/default", bench.account_id()));
    bench.delete(hub).await;
}

#[tokio::test]
async fn inspector() {
    let bench = Bench::new(3036);
    let mut enabler = bench.create("main", Enabler { resource_types: vec!["EC2".into(), "ECR".into()] }).await;
    bench.update(&mut enabler, |enabler| enabler.resource_types = vec!["ECR".into(), "LAMBDA".into()]).await;
    bench.delete(enabler).await;
}

#[tokio::test]
async fn whom_aws_calls() {
    let bench = Bench::new(3037);
    let contact = AlternateContact {
        alternate_contact_type: "SECURITY".into(),
        name: "Security".into(),
        title: "Security team".into(),
        email_address: "security@acme.example".into(),
        phone_number: "+1 555 0100".into(),
    };
    let mut contact = bench.create("security", contact).await;
    assert_eq!(contact.id.0, "SECURITY");
    bench.update(&mut contact, |contact| contact.phone_number = "+1 555 0199".into()).await;
    bench.delete(contact).await;
}

#[tokio::test]
async fn macie() {
    let bench = Bench::new(3038);
    // The emulator's accounts are born with it.
    bench.cloud().await.macie().disable_macie().send().await.unwrap();
    let session = Session { finding_publishing_frequency: "ONE_HOUR".into(), status: "ENABLED".into() };
    let made = bench.create("main", session).await;
    assert_eq!(made.output("AwsAccountId").as_literal(), Some(bench.account_id()));
    let discovery = AutomatedDiscovery { aws_account_id: made.output("AwsAccountId"), status: "ENABLED".into() };
    let error = bench.create_at_last("main", discovery).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    bench.delete(made).await;
}
