//! What the emulator lacks: told as such, and tried by the shape of its requests against a recording server.

use serde_json::json;
use strata_aws::accessanalyzer::Analyzer;
use strata_aws::config::ConformancePack;
use strata_aws::ec2::{ImageBlockPublicAccess, SnapshotBlockPublicAccess};
use strata_aws::macie::{AutomatedDiscovery, Session};
use strata_aws::securityhub::{Hub, Standard};
use strata_provider::provider::ADDRESS_TAG;
use strata_provider::{ErrorKind, Readiness};

use crate::recorder::{ACCOUNT, Answer, Recorder};
use crate::support::Bench;

fn analyzer() -> Analyzer {
    Analyzer { analyzer_name: "account".into(), analyzer_type: "ACCOUNT".into(), ..Analyzer::default() }
}

fn standard() -> Standard {
    Standard { standards_arn: "arn:aws:securityhub:us-east-1::standards/pci-dss/v/4.0.1".into() }
}

#[tokio::test]
async fn an_emulator_that_lacks_the_operation_is_told() {
    let bench = Bench::new(3041);
    let error = bench.create_at_last("main", analyzer()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    let error = bench.create_at_last("main", standard()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
}

#[tokio::test]
async fn snapshots_are_kept_from_the_public() {
    let on = SnapshotBlockPublicAccess { state: "block-all-sharing".into() };
    let state = |state: &str| {
        let body = format!("<GetSnapshotBlockPublicAccessStateResponse><state>{state}</state></GetSnapshotBlockPublicAccessStateResponse>");
        Recorder::start(vec![
            Answer::ok("Action=GetSnapshotBlockPublicAccessState", body),
            Answer::ok("Action=EnableSnapshotBlockPublicAccess", "<EnableSnapshotBlockPublicAccessResponse/>"),
            Answer::ok("Action=DisableSnapshotBlockPublicAccess", "<DisableSnapshotBlockPublicAccessResponse/>"),
        ])
    };
    let off = state("unblocked");
    let bench = Bench::recorded(&off);
    assert_eq!(
        bench.observe(&bench.address::<SnapshotBlockPublicAccess>("main"), None, &on).await.unwrap(),
        None,
        "off is AWS's own default"
    );

    let recorder = state("block-new-sharing");
    let bench = Bench::recorded(&recorder);
    let address = bench.address::<SnapshotBlockPublicAccess>("main");
    let id = bench.only_create("main", on.clone()).await.unwrap();
    assert_eq!(id.0, "us-east-1");
    assert!(recorder.request("Action=EnableSnapshotBlockPublicAccess").body.contains("State=block-all-sharing"));
    let seen = bench.observe(&address, Some(&id), &on).await.unwrap().unwrap();
    let seen: SnapshotBlockPublicAccess = seen.properties.read().unwrap();
    assert_eq!(seen.state, "block-new-sharing", "a weaker block is seen as what it is");
    bench.only_delete(&crate::support::Made { address, id, resource: on, outputs: Default::default() }).await.unwrap();
    recorder.request("Action=DisableSnapshotBlockPublicAccess");
}

#[tokio::test]
async fn images_are_kept_from_the_public() {
    let on = ImageBlockPublicAccess { state: "block-new-sharing".into() };
    let state = |state: &str| {
        let body = format!(
            "<GetImageBlockPublicAccessStateResponse><imageBlockPublicAccessState>{state}</imageBlockPublicAccessState></GetImageBlockPublicAccessStateResponse>"
        );
        Recorder::start(vec![
            Answer::ok("Action=GetImageBlockPublicAccessState", body),
            Answer::ok("Action=EnableImageBlockPublicAccess", "<EnableImageBlockPublicAccessResponse/>"),
            Answer::ok("Action=DisableImageBlockPublicAccess", "<DisableImageBlockPublicAccessResponse/>"),
        ])
    };
    let off = state("unblocked");
    let bench = Bench::recorded(&off);
    assert_eq!(bench.observe(&bench.address::<ImageBlockPublicAccess>("main"), None, &on).await.unwrap(), None, "nothing is blocked");

    let recorder = state("block-new-sharing");
    let bench = Bench::recorded(&recorder);
    let address = bench.address::<ImageBlockPublicAccess>("main");
    let id = bench.only_create("main", on.clone()).await.unwrap();
    assert_eq!(id.0, "us-east-1");
    assert!(recorder.request("Action=EnableImageBlockPublicAccess").body.contains("ImageBlockPublicAccessState=block-new-sharing"));
    let seen = bench.observe(&address, Some(&id), &on).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<ImageBlockPublicAccess>().unwrap(), on);
    bench.only_delete(&crate::support::Made { address, id, resource: on, outputs: Default::default() }).await.unwrap();
    recorder.request("Action=DisableImageBlockPublicAccess");
}

#[tokio::test]
async fn an_analyzer() {
    let arn = format!("arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/account");
    let address = Bench::recorded(&Recorder::start(Vec::new())).address::<Analyzer>("main").to_string();
    let seen = json!({"analyzer": {
        "arn": arn, "name": "account", "type": "ACCOUNT", "createdAt": "2026-11-23T12:00:00Z", "status": "ACTIVE",
        "tags": {ADDRESS_TAG: address, "strata:platform": "acme"},
    }});
    // The first look finds nothing, so a server of its own answers it.
    let empty = Recorder::start(vec![Answer::status("GET /analyzer/account", 404, r#"{"__type":"ResourceNotFoundException"}"#)]);
    let bench = Bench::recorded(&empty);
    assert_eq!(bench.observe(&bench.address::<Analyzer>("main"), None, &analyzer()).await.unwrap(), None);

    let recorder = Recorder::start(vec![
        Answer::ok("PUT /analyzer", json!({"arn": arn}).to_string()),
        Answer::ok("GET /analyzer/account", seen.to_string()),
        Answer::ok("DELETE /analyzer/account", "{}"),
    ]);
    let bench = Bench::recorded(&recorder);
    let id = bench.only_create("main", analyzer()).await.unwrap();
    assert_eq!(id.0, arn);
    let asked = recorder.request("PUT /analyzer").json();
    assert_eq!(asked["analyzerName"], "account");
    assert_eq!(asked["type"], "ACCOUNT");
    assert_eq!(asked["clientToken"], "token-main");
    assert_eq!(asked["tags"][ADDRESS_TAG], address);
    let observed = bench.observe(&bench.address::<Analyzer>("main"), Some(&id), &analyzer()).await.unwrap().unwrap();
    assert_eq!(observed.readiness, Readiness::Ready);
    assert_eq!(observed.owner(), Some(address.as_str()));
    assert_eq!(observed.outputs["Arn"], arn);
    let made = crate::support::Made { address: bench.address::<Analyzer>("main"), id, resource: analyzer(), outputs: observed.outputs };
    bench.only_delete(&made).await.unwrap();
    recorder.request("DELETE /analyzer/account");
}

#[tokio::test]
async fn a_pack_of_rules() {
    let pack = ConformancePack { conformance_pack_name: "acme-baseline".into(), template_body: r#"{"Resources":{}}"#.into() };
    let arn = format!("arn:aws:config:us-east-1:{ACCOUNT}:conformance-pack/acme-baseline/conformance-pack-abc");
    let status = |state: &str| {
        json!({"ConformancePackStatusDetails": [{
            "ConformancePackName": "acme-baseline", "ConformancePackId": "conformance-pack-abc", "ConformancePackArn": arn,
            "ConformancePackState": state, "ConformancePackStatusReason": "no recorder", "StackArn": "arn:aws:cloudformation:x",
            "LastUpdateRequestedTime": 1_764_000_000,
        }]})
        .to_string()
    };
    let gone = Recorder::start(vec![Answer::status(
        "DescribeConformancePackStatus",
        400,
        r#"{"__type":"NoSuchConformancePackException","message":"none of that name"}"#,
    )]);
    let bench = Bench::recorded(&gone);
    let address = bench.address::<ConformancePack>("baseline");
    assert_eq!(bench.observe(&address, None, &pack).await.unwrap(), None);
    for (state, readiness) in [
        ("CREATE_COMPLETE", Readiness::Ready),
        ("CREATE_IN_PROGRESS", Readiness::Pending("its rules are being made".into())),
        ("CREATE_FAILED", Readiness::Failed("its rules could not be made: no recorder".into())),
        ("DELETE_IN_PROGRESS", Readiness::Deleting),
    ] {
        let recorder = Recorder::start(vec![
            Answer::ok("StarlingDoveService.PutConformancePack", json!({"ConformancePackArn": arn}).to_string()),
            Answer::ok("StarlingDoveService.DescribeConformancePackStatus", status(state)),
            Answer::ok("StarlingDoveService.DeleteConformancePack", "{}"),
        ]);
        let bench = Bench::recorded(&recorder);
        let id = bench.only_create("baseline", pack.clone()).await.unwrap();
        assert_eq!(id.0, "acme-baseline");
        let asked = recorder.request("StarlingDoveService.PutConformancePack").json();
        assert_eq!((&asked["ConformancePackName"], &asked["TemplateBody"]), (&json!("acme-baseline"), &json!(pack.template_body)));
        let seen = bench.observe(&address, Some(&id), &pack).await.unwrap().unwrap();
        assert_eq!(seen.readiness, readiness);
        assert_eq!(seen.outputs["Arn"], arn);
        bench
            .only_delete(&crate::support::Made { address: address.clone(), id, resource: pack.clone(), outputs: seen.outputs })
            .await
            .unwrap();
        assert_eq!(recorder.request("StarlingDoveService.DeleteConformancePack").json()["ConformancePackName"], "acme-baseline");
    }
}

#[tokio::test]
async fn a_standard() {
    let subscription = format!("arn:aws:securityhub:us-east-1:{ACCOUNT}:subscription/pci-dss/v/4.0.1");
    let answer = |status: &str| {
        json!({"StandardsSubscriptions": [{
            "StandardsSubscriptionArn": subscription, "StandardsArn": standard().standards_arn, "StandardsInput": {},
            "StandardsStatus": status, "StandardsStatusReason": {"StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER"},
        }]})
        .to_string()
    };
    for (status, readiness) in [
        ("READY", Readiness::Ready),
        ("PENDING", Readiness::Pending("PENDING".into())),
        ("DELETING", Readiness::Deleting),
        ("INCOMPLETE", Readiness::Failed("the standard is only partly enabled: NO_AVAILABLE_CONFIGURATION_RECORDER".into())),
    ] {
        let recorder = Recorder::start(vec![
            Answer::ok("POST /standards/register", answer("PENDING")),
            Answer::ok("POST /standards/get", answer(status)),
            Answer::ok("POST /standards/deregister", answer("DELETING")),
        ]);
        let bench = Bench::recorded(&recorder);
        let id = bench.only_create("pci", standard()).await.unwrap();
        assert_eq!(id.0, subscription);
        let asked = recorder.request("POST /standards/register").json();
        assert_eq!(asked["StandardsSubscriptionRequests"][0]["StandardsArn"], json!(standard().standards_arn));
        let address = bench.address::<Standard>("pci");
        for id in [Some(&id), None] {
            let observed = bench.observe(&address, id, &standard()).await.unwrap().unwrap();
            assert_eq!(observed.readiness, readiness, "{status}");
        }
        let made = crate::support::Made { address, id, resource: standard(), outputs: Default::default() };
        bench.only_delete(&made).await.unwrap();
        assert_eq!(recorder.request("POST /standards/deregister").json()["StandardsSubscriptionArns"], json!([subscription]));
    }
}

#[tokio::test]
async fn the_hubs_configuration() {
    let arn = format!("arn:aws:securityhub:us-east-1:{ACCOUNT}:hub/default");
    let hub = Hub {
        enable_default_standards: false,
        control_finding_generator: "SECURITY_CONTROL".into(),
        auto_enable_controls: false,
        ..Hub::default()
    };
    // AWS turns new controls on where nothing else was said, which the enabling call cannot say.
    let seen = json!({"HubArn": arn, "AutoEnableControls": true, "ControlFindingGenerator": "SECURITY_CONTROL"});
    let recorder = Recorder::start(vec![
        Answer::ok("POST /accounts", "{}"),
        Answer::ok("GET /accounts", seen.to_string()),
        Answer::ok("PATCH /accounts", "{}"),
    ]);
    let bench = Bench::recorded(&recorder);
    assert_eq!(bench.only_create("main", hub).await.unwrap().0, arn);
    let enabled = recorder.request("POST /accounts").json();
    assert_eq!(enabled["EnableDefaultStandards"], false);
    assert_eq!(enabled["ControlFindingGenerator"], "SECURITY_CONTROL");
    assert_eq!(recorder.request("PATCH /accounts").json()["AutoEnableControls"], false);
}

#[tokio::test]
async fn macie_that_is_off_is_not_there() {
    let refused = r#"{"message":"Macie is not enabled.","__type":"AccessDeniedException"}"#;
    let recorder = Recorder::start(vec![
        Answer::status("GET /macie", 403, refused),
        Answer::status("DELETE /macie", 403, refused),
        Answer::status("GET /automated-discovery/configuration", 403, refused),
    ]);
    let bench = Bench::recorded(&recorder);
    let session = Session { finding_publishing_frequency: "FIFTEEN_MINUTES".into(), status: "ENABLED".into() };
    let address = bench.address::<Session>("main");
    assert_eq!(bench.observe(&address, None, &session).await.unwrap(), None);
    let id = strata_graph::PhysicalId(ACCOUNT.into());
    let made = crate::support::Made { address, id, resource: session, outputs: Default::default() };
    bench.only_delete(&made).await.unwrap();
    let discovery = AutomatedDiscovery { aws_account_id: ACCOUNT.into(), status: "ENABLED".into() };
    assert_eq!(bench.observe(&bench.address::<AutomatedDiscovery>("main"), None, &discovery).await.unwrap(), None);

    // Who may not ask is another matter: nothing is known then.
    let denied = r#"{"message":"Not authorized to perform: macie2:GetMacieSession","__type":"AccessDeniedException"}"#;
    let recorder = Recorder::start(vec![Answer::status("GET /macie", 403, denied)]);
    let bench = Bench::recorded(&recorder);
    let error = bench.observe(&made.address, None, &made.resource).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied, "{error}");
}

#[tokio::test]
async fn macie_changes_and_searches_by_itself() {
    let session = Session { finding_publishing_frequency: "SIX_HOURS".into(), status: "PAUSED".into() };
    let on = AutomatedDiscovery { aws_account_id: ACCOUNT.into(), status: "ENABLED".into() };
    for (status, there) in [("ENABLED", true), ("DISABLED", false)] {
        let recorder = Recorder::start(vec![
            Answer::ok("PATCH /macie", "{}"),
            Answer::ok("PUT /automated-discovery/configuration", "{}"),
            Answer::ok(
                "GET /automated-discovery/configuration",
                json!({"status": status, "autoEnableOrganizationMembers": "NONE"}).to_string(),
            ),
        ]);
        let bench = Bench::recorded(&recorder);
        let id = bench.only_create("main", on.clone()).await.unwrap();
        assert_eq!(id.0, ACCOUNT);
        assert_eq!(recorder.request("PUT /automated-discovery/configuration").json(), json!({"status": "ENABLED"}));
        let address = bench.address::<AutomatedDiscovery>("main");
        let seen = bench.observe(&address, Some(&id), &on).await.unwrap();
        assert_eq!(seen.map(|seen| seen.properties.read::<AutomatedDiscovery>().unwrap()), there.then(|| on.clone()));
        let made =
            crate::support::Made { address: bench.address::<Session>("main"), id, resource: session.clone(), outputs: Default::default() };
        bench.only_update(&made, &Session { status: "ENABLED".into(), ..session.clone() }).await.unwrap();
        assert_eq!(recorder.request("PATCH /macie").json(), json!({"findingPublishingFrequency": "SIX_HOURS", "status": "PAUSED"}));
    }
    let recorder = Recorder::start(vec![Answer::ok("PUT /automated-discovery/configuration", "{}")]);
    let bench = Bench::recorded(&recorder);
    let id = strata_graph::PhysicalId(ACCOUNT.into());
    let made = crate::support::Made { address: bench.address::<AutomatedDiscovery>("main"), id, resource: on, outputs: Default::default() };
    bench.only_delete(&made).await.unwrap();
    assert_eq!(recorder.request("PUT /automated-discovery/configuration").json(), json!({"status": "DISABLED"}));
}
