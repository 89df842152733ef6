//! Roles and what they may do, keys' names, account-wide settings.

use strata_aws::ec2::EbsEncryptionByDefault;
use strata_aws::iam::{
    AccountPasswordPolicy, Group, InstanceProfile, ManagedPolicy, OidcProvider, PolicyDocument, Role, RolePolicy, RootUser,
    ServiceLinkedRole, Statement, User,
};
use strata_aws::kms::{Alias, Key};
use strata_provider::ErrorKind;

use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

async fn role(bench: &Bench, name: &str) -> Made<Role> {
    let role = Role {
        role_name: name.into(),
        description: "of a test".into(),
        assume_role_policy_document: PolicyDocument::trust_service("ec2.amazonaws.com"),
        ..Role::default()
    };
    bench.create(name, role).await
}

#[tokio::test]
async fn roles_and_their_policies() {
    let bench = Bench::new(120);
    let mut role = role(&bench, "web").await;
    let managed = |name: &str| format!("arn:aws:iam::aws:policy/{name}").into();
    bench
        .update(&mut role, |role| {
            role.managed_policy_arns = vec![managed("AmazonSSMManagedInstanceCore"), managed("CloudWatchAgentServerPolicy")];
            role.description = "of a test, changed".into();
            role.max_session_duration = Some(7200);
            role.permissions_boundary = Some(managed("PowerUserAccess"));
            role.assume_role_policy_document = PolicyDocument::trust_service("ecs-tasks.amazonaws.com");
            role.tags.insert("team".into(), "web".into());
        })
        .await;
    bench
        .update(&mut role, |role| {
            role.managed_policy_arns.remove(0);
            role.permissions_boundary = None;
        })
        .await;
    let send = |arn: &str| PolicyDocument::new([Statement::allow("Send", ["sqs:SendMessage"], [arn])]);
    let policy = RolePolicy { role_name: role.output("RoleName"), policy_name: "uses".into(), policy_document: send("arn:aws:sqs:a:1:b") };
    let mut policy = bench.create("web", policy).await;
    assert_eq!(policy.id.0, "web:uses", "the id is what terraform imports");
    bench.update(&mut policy, |policy| policy.policy_document = send("arn:aws:sqs:a:1:é%20c")).await;
    bench.delete(policy).await;
    // The managed policy that it still has does not stop it.
    bench.delete(role).await;
}

#[tokio::test]
async fn instance_profiles() {
    let bench = Bench::new(121);
    let (first, second) = (role(&bench, "first").await, role(&bench, "second").await);
    let profile =
        InstanceProfile { instance_profile_name: "hosts".into(), roles: vec![first.output("RoleName")], ..InstanceProfile::default() };
    let mut profile = bench.create("hosts", profile).await;
    bench
        .update(&mut profile, |profile| {
            profile.roles = vec![second.output("RoleName")];
            profile.tags.insert("team".into(), "hosts".into());
        })
        .await;
    bench.delete(profile).await;
}

#[tokio::test]
async fn service_linked_roles_stay() {
    let bench = Bench::new(122);
    let role = bench.create("autoscaling", ServiceLinkedRole { aws_service_name: "autoscaling.amazonaws.com".into() }).await;
    // One that stands is taken as it is: the service may have made it by itself in the meantime.
    let again = bench.only_create("autoscaling", role.resource.clone()).await.unwrap();
    assert_eq!(again, role.id);
    bench.only_delete(&role).await.unwrap();
    let seen = bench.observe(&role.address, Some(&role.id), &role.resource).await.unwrap();
    assert!(seen.is_some(), "it belongs to the account");
}

#[tokio::test]
async fn identity_providers() {
    let bench = Bench::new(123);
    let provider = OidcProvider {
        url: "https://oidc.eks.us-east-1.amazonaws.com/id/ABC".into(),
        client_id_list: vec!["sts.amazonaws.com".into()],
        ..OidcProvider::default()
    };
    let mut provider = bench.create("cluster", provider).await;
    bench
        .update(&mut provider, |provider| {
            provider.thumbprint_list = vec!["9e99a48a9960b14926bb7f3b02e22da2b0ab7280".into()];
            provider.tags.insert("team".into(), "cluster".into());
        })
        .await;
    bench.delete(provider).await;
}

/// The emulator lacks both operations on audiences.
#[tokio::test]
async fn audiences_of_an_identity_provider() {
    let recorder = Recorder::start(vec![
        Answer::ok("Action=AddClientIDToOpenIDConnectProvider", "<AddClientIDToOpenIDConnectProviderResponse/>"),
        Answer::ok("Action=RemoveClientIDFromOpenIDConnectProvider", "<RemoveClientIDFromOpenIDConnectProviderResponse/>"),
    ]);
    let bench = Bench::recorded(&recorder);
    let provider = |client: &str| OidcProvider {
        url: "https://issuer.example".into(),
        client_id_list: vec!["kept".into(), client.into()],
        ..OidcProvider::default()
    };
    let made = Made {
        address: bench.address::<OidcProvider>("main"),
        id: strata_graph::PhysicalId("arn:issuer".into()),
        resource: provider("new"),
        outputs: std::collections::BTreeMap::new(),
    };
    bench.only_update(&made, &provider("old")).await.unwrap();
    let asked: Vec<String> = recorder.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert!(asked[0].contains("Action=AddClientID") && asked[0].contains("ClientID=new"), "{asked:#?}");
    assert!(asked[1].contains("Action=RemoveClientID") && asked[1].contains("ClientID=old"), "{asked:#?}");
}

#[tokio::test]
async fn the_password_policy() {
    let bench = Bench::new(124);
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
    let mut policy = bench.create("main", policy).await;
    bench
        .update(&mut policy, |policy| {
            policy.minimum_password_length = 16;
            policy.max_password_age = None;
        })
        .await;
    bench.delete(policy).await;
}

#[tokio::test]
async fn people_their_group_and_its_policy() {
    let bench = Bench::new(127);
    let allow = |action: &str| PolicyDocument::new([Statement::allow("Only", [action], ["*"])]);
    let policy = |name: &str| ManagedPolicy {
        managed_policy_name: name.into(),
        description: "of a test".into(),
        policy_document: allow("sts:GetCallerIdentity"),
        ..ManagedPolicy::default()
    };
    let mut first = bench.create("first", policy("first")).await;
    assert_eq!(first.id.0, format!("arn:aws:iam::{}:policy/first", bench.account_id()));
    // IAM keeps five versions: the sixth change has to make room.
    for number in 0..6 {
        bench.update(&mut first, |policy| policy.policy_document = allow(&format!("iam:Get{number}"))).await;
    }
    bench.update(&mut first, |policy| _ = policy.tags.insert("team".into(), "duty".into())).await;
    let second = bench.create("second", policy("second")).await;

    let group = Group { group_name: "emergency".into(), managed_policy_arns: vec![first.output("PolicyArn")], ..Group::default() };
    let mut group = bench.create("emergency", group).await;
    bench.update(&mut group, |group| group.managed_policy_arns = vec![second.output("PolicyArn")]).await;

    let user = User { user_name: "emergency-anna".into(), groups: vec!["emergency".into()], ..User::default() };
    let mut user = bench.create("anna", user).await;
    bench.update(&mut user, |user| user.groups = Vec::new()).await;
    bench.update(&mut user, |user| user.groups = vec!["emergency".into()]).await;
    bench.update(&mut user, |user| _ = user.tags.insert("team".into(), "duty".into())).await;

    let cloud = bench.cloud().await;
    let iam = cloud.iam();
    iam.create_access_key().user_name("emergency-anna").send().await.unwrap();
    iam.attach_user_policy().user_name("emergency-anna").policy_arn(&second.id.0).send().await.unwrap();
    let inline = allow("iam:*").to_json().unwrap();
    iam.put_user_policy().user_name("emergency-anna").policy_name("mine").policy_document(&inline).send().await.unwrap();
    iam.put_group_policy().group_name("emergency").policy_name("ours").policy_document(&inline).send().await.unwrap();
    iam.create_login_profile().user_name("emergency-anna").password("Correct-horse-9-battery").send().await.unwrap();
    let seen = bench.observe(&user.address, Some(&user.id), &user.resource).await.unwrap().unwrap();
    let seen: User = seen.properties.read().unwrap();
    assert_eq!((seen.access_keys.len(), seen.managed_policy_arns.len(), seen.policy_names.len()), (1, 1, 1), "{seen:?}");
    assert_eq!((seen.password, seen.second_factor), (Some(true), None));
    bench.only_update(&user, &seen).await.unwrap();
    let after = bench.observe(&user.address, Some(&user.id), &user.resource).await.unwrap().unwrap();
    let after: User = after.properties.read().unwrap();
    assert!(after.access_keys.is_empty() && after.managed_policy_arns.is_empty() && after.policy_names.is_empty(), "{after:?}");
    assert_eq!(after.password, Some(true), "how a person signs in is the person's");
    let seen = bench.observe(&group.address, Some(&group.id), &group.resource).await.unwrap().unwrap();
    let seen: Group = seen.properties.read().unwrap();
    assert_eq!(seen.policy_names, ["ours"]);
    bench.only_update(&group, &seen).await.unwrap();

    let device = iam.create_virtual_mfa_device().virtual_mfa_device_name("anna").send().await.unwrap();
    let serial = device.virtual_mfa_device().unwrap().serial_number().to_owned();
    let enable = iam.enable_mfa_device().user_name("emergency-anna").serial_number(&serial);
    enable.authentication_code1("123456").authentication_code2("654321").send().await.unwrap();
    let seen = bench.observe(&user.address, Some(&user.id), &user.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<User>().unwrap().second_factor, Some(true));
    bench.delete(user).await;
    bench.delete(group).await;
    bench.delete(first).await;
    bench.delete(second).await;
}

#[tokio::test]
async fn a_trust_in_somebody_new_is_asked_for_again() {
    let refused = "<ErrorResponse><Error><Type>Sender</Type><Code>MalformedPolicyDocument</Code>\
        <Message>Invalid principal in policy: \"AWS\":\"arn:aws:iam::999988887777:user/anna\"</Message></Error></ErrorResponse>";
    let recorder = Recorder::start(vec![Answer::status("Action=CreateRole", 400, refused)]);
    let role = Role {
        role_name: "emergency".into(),
        assume_role_policy_document: PolicyDocument::trust_service("ec2.amazonaws.com"),
        ..Role::default()
    };
    let error = Bench::recorded(&recorder).only_create("emergency", role).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient, "{error}");
    assert!(error.told().contains("not known everywhere yet"), "{}", error.told());
}

#[tokio::test]
async fn the_root_user_is_looked_at_and_never_changed() {
    let bench = Bench::new(126);
    let id = bench.only_create("main", RootUser::default()).await.unwrap();
    assert_eq!(id.0, bench.account_id());
    let seen = bench.observe(&bench.address::<RootUser>("main"), Some(&id), &RootUser::default()).await.unwrap().unwrap();
    // The emulator has nothing by which a root user could get a second factor: what it answers is no evidence.
    assert_eq!(seen.properties.read::<RootUser>().unwrap(), RootUser::default());

    let summary = "<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap>\
        <entry><key>AccountMFAEnabled</key><value>1</value></entry><entry><key>AccountAccessKeysPresent</key><value>1</value></entry>\
        </SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>";
    let bench = Bench::recorded(&Recorder::start(vec![Answer::ok("Action=GetAccountSummary", summary)]));
    let seen = bench.observe(&bench.address::<RootUser>("main"), Some(&id), &RootUser::default()).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<RootUser>().unwrap(), RootUser { access_keys: Some(1), second_factor: Some(true) });
}

#[tokio::test]
async fn key_aliases() {
    let bench = Bench::new(125);
    let (first, second) = (key(&bench, "first").await, key(&bench, "second").await);
    let alias = Alias { alias_name: "alias/strata/main".into(), target_key_id: first.output("KeyId") };
    let mut alias = bench.create("main", alias).await;
    bench.update(&mut alias, |alias| alias.target_key_id = second.output("Arn")).await;
    bench.delete(alias).await;
    bench.delete(second).await;
}

async fn key(bench: &Bench, name: &str) -> Made<Key> {
    let root = format!("arn:aws:iam::{}:root", bench.account_id());
    let key = Key {
        description: name.into(),
        enable_key_rotation: true,
        key_policy: PolicyDocument::new([Statement::allow("Root", ["kms:*"], ["*"]).for_aws([root])]),
        pending_window_in_days: 7,
        ..Key::default()
    };
    bench.create(name, key).await
}

#[tokio::test]
async fn volumes_are_encrypted_by_default() {
    let bench = Bench::new(126);
    let arn = key(&bench, "volumes").await.output("Arn");
    let setting = bench.create("main", EbsEncryptionByDefault { enabled: true, kms_key_id: Some(arn) }).await;
    assert_eq!(setting.id.0, "us-east-1");
    bench.delete(setting).await;
}

/// The emulator cannot tell the key, AWS can.
#[tokio::test]
async fn the_key_of_default_encryption_is_read_where_it_can_be() {
    let on = "<GetEbsEncryptionByDefaultResponse><ebsEncryptionByDefault>true</ebsEncryptionByDefault></GetEbsEncryptionByDefaultResponse>";
    let key = "<GetEbsDefaultKmsKeyIdResponse><kmsKeyId>arn:other</kmsKeyId></GetEbsDefaultKmsKeyIdResponse>";
    let recorder = Recorder::start(vec![
        Answer::ok("Action=GetEbsEncryptionByDefault", on),
        Answer::ok("Action=GetEbsDefaultKmsKeyId", key),
        Answer::ok("Action=ModifyEbsDefaultKmsKeyId", "<ModifyEbsDefaultKmsKeyIdResponse/>"),
        Answer::ok("Action=EnableEbsEncryptionByDefault", "<EnableEbsEncryptionByDefaultResponse/>"),
    ]);
    let bench = Bench::recorded(&recorder);
    let wanted = EbsEncryptionByDefault { enabled: true, kms_key_id: Some("arn:ours".into()) };
    let address = bench.address::<EbsEncryptionByDefault>("main");
    let seen = bench.observe(&address, None, &wanted).await.unwrap().unwrap();
    let seen: EbsEncryptionByDefault = seen.properties.read().unwrap();
    assert_eq!(seen.kms_key_id, Some("arn:other".into()));
    bench.only_create("main", wanted).await.unwrap();
    let asked: Vec<String> = recorder.requests().into_iter().map(|request| request.body).collect();
    assert!(asked[2].contains("Action=ModifyEbsDefaultKmsKeyId") && asked[2].contains("KmsKeyId=arn%3Aours"), "{asked:#?}");
    assert!(asked[3].contains("Action=EnableEbsEncryptionByDefault"), "{asked:#?}");
}

/// What an emulator lacks is a state of its own only where an emulator is spoken to.
#[tokio::test]
async fn a_web_page_is_a_failure_of_the_real_cloud() {
    let recorder = Recorder::start(vec![Answer::status("Action=", 404, "<!doctype html><title>404 Not Found</title>")]);
    let bench = Bench::recorded(&recorder);
    let error = bench.only_create("main", EbsEncryptionByDefault { enabled: true, kms_key_id: None }).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
}
