//! Controls of whole machines: launch templates and the account's volumes (Amazon EC2).

use strata_aws::ec2::{EbsEncryptionByDefault, ImageBlockPublicAccess, LaunchTemplate, SnapshotBlockPublicAccess};
use strata_aws::eks::Nodegroup;
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::secrets::lines_with_secrets;
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "ebs-encrypted-by-default", Security, High, Both, ["Strata::EC2::EbsEncryptionByDefault"];
        title: "Every new volume of the account is encrypted",
        why: "Volumes that somebody makes by hand, or a service makes by itself, are encrypted too.",
        repair: "Switch on encryption by default in every region that is used.",
        prowler: ["ec2_ebs_default_encryption"],
        checkov: ["CKV_AWS_106"],
        config: ["EC2_EBS_ENCRYPTION_BY_DEFAULT"],
        security_hub: ["EC2.7"],
        in_every_account: encrypted_by_default,
    },
    control! {
        "ebs-snapshots-not-public", Security, Critical, Both, ["AWS::EC2::SnapshotBlockPublicAccess"];
        title: "No snapshot of a volume in the account is public",
        why: "A snapshot that is shared with everybody is a copy of a whole disk in the hands of who looks for such things.",
        repair: "Block all public sharing of snapshots in every region that is used.",
        prowler: ["ec2_ebs_snapshot_account_block_public_access"],
        checkov: [],
        config: [],
        security_hub: [],
        in_every_account: snapshots_not_public,
    },
    control! {
        "images-not-public", Security, High, Both, ["Strata::EC2::ImageBlockPublicAccess"];
        title: "No image of a machine in the account becomes public",
        why: "An image carries what was on the machine that it was made of: programs, keys and data.",
        repair: "Block new public sharing of images in every region that is used.",
        prowler: ["ec2_ami_public"],
        checkov: [],
        config: [],
        security_hub: [],
        in_every_account: images_not_public,
    },
    control! {
        "host-detailed-monitoring", Observability, Low, Both, ["AWS::EC2::LaunchTemplate"];
        title: "Hosts are measured each minute",
        why: "What lasts less than five minutes goes unseen otherwise.",
        repair: "Set Monitoring.Enabled to true.",
        prowler: ["ec2_instance_detailed_monitoring_enabled"],
        checkov: ["CKV_AWS_126"],
        config: ["EC2_INSTANCE_DETAILED_MONITORING_ENABLED"],
        security_hub: [],
        each: detailed_monitoring,
    },
    control! {
        "host-has-role", Security, Medium, Both, ["AWS::EC2::LaunchTemplate"];
        title: "Hosts get their permissions by a role",
        why: "Without a role somebody puts keys on the machine, which stay and are copied.",
        repair: "Set IamInstanceProfile.",
        prowler: ["ec2_instance_profile_attached"], checkov: ["CKV2_AWS_41"], config: ["EC2_INSTANCE_PROFILE_ATTACHED"], security_hub: [],
        each: has_role,
    },
    control! {
        "host-metadata-version-2", Infrastructure, High, Both, ["AWS::EC2::LaunchTemplate"];
        title: "Hosts answer for their own data only to who proves to be on them",
        why: "Version 1 of the metadata service gives the host's credentials to anybody who can make it fetch a URL.",
        repair: "Set MetadataOptions.HttpTokens to required.",
        prowler: ["ec2_instance_imdsv2_enabled", "ec2_launch_template_imdsv2_required"],
        checkov: ["CKV_AWS_79"],
        config: ["EC2_IMDSV2_CHECK", "EC2_LAUNCH_TEMPLATE_IMDSV2_CHECK"],
        security_hub: ["EC2.8", "EC2.170"],
        each: metadata_version_2,
    },
    control! {
        "host-no-public-address", Network, High, Both, ["AWS::EC2::LaunchTemplate"];
        title: "Hosts have no public address",
        why: "What has a public address is found and tried within minutes.",
        repair: "Leave AssociatePublicIpAddress out of the launch template.",
        prowler: ["ec2_launch_template_no_public_ip"],
        checkov: ["CKV_AWS_88"],
        config: ["EC2_LAUNCH_TEMPLATE_PUBLIC_IP_DISABLED"],
        security_hub: ["EC2.25"],
        each: no_public_address,
    },
    control! {
        "host-no-secrets-in-script", Infrastructure, High, Both, ["AWS::EC2::LaunchTemplate"];
        title: "No secret stands in the script that sets hosts up",
        why: "Everything on the host, and everybody who may describe it, can read that script.",
        repair: "Read the value from Secrets Manager in the script, by the host's role.",
        prowler: ["ec2_launch_template_no_secrets", "ec2_instance_secrets_user_data"],
        checkov: ["CKV_AWS_46"],
        config: [],
        security_hub: [],
        each: no_secrets_in_script,
    },
    control! {
        "host-volumes-encrypted", Infrastructure, High, Both, ["AWS::EC2::LaunchTemplate"];
        title: "Hosts' volumes are encrypted",
        why: "A volume, and every snapshot of it, can be read by who gets a copy.",
        repair: "Set Ebs.Encrypted to true for every device, with a key of the environment.",
        prowler: ["ec2_ebs_volume_encryption"], checkov: ["CKV_AWS_8"], config: ["ENCRYPTED_VOLUMES"], security_hub: ["EC2.3"],
        each: volumes_encrypted,
    },
    control! {
        "host-metadata-one-hop", Infrastructure, Medium, Both, ["AWS::EC2::LaunchTemplate"];
        title: "A host's answers about itself do not leave the host",
        why: "With more than one hop, a container or a proxy on the host gets the host's credentials.",
        repair: "Set MetadataOptions.HttpPutResponseHopLimit to 1.",
        prowler: [], checkov: ["CKV_AWS_341"], config: [], security_hub: [],
        each: metadata_one_hop,
    },
];

fn encrypted_by_default(view: &View<'_>, resource: &Resource) -> Answer {
    let setting = view.read::<EbsEncryptionByDefault>(resource)?;
    check(setting.enabled, "new volumes are encrypted", "new volumes are not encrypted by default")
}

fn snapshots_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let setting = view.read::<SnapshotBlockPublicAccess>(resource)?;
    check(setting.state == "block-all-sharing", "no snapshot is public", "snapshots can be public")
}

fn images_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let setting = view.read::<ImageBlockPublicAccess>(resource)?;
    check(setting.state == "block-new-sharing", "no image becomes public", "images can become public")
}

fn detailed_monitoring(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    check(template.launch_template_data.monitoring.enabled, "measured each minute", "measured each five minutes")
}

/// Whether a node group starts hosts from the template: it brings role and size of its own.
fn is_of_node_group(view: &View<'_>, resource: &Resource) -> Result<bool, crate::control::Undecidable> {
    Ok(!view.naming::<Nodegroup>(&resource.address)?.is_empty())
}

fn has_role(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    match &template.launch_template_data.iam_instance_profile {
        Some(profile) if is_set(Some(&profile.arn)) => met("hosts get a role"),
        None if is_of_node_group(view, resource)? => met("the node group gives its hosts a role"),
        _ => violated("IamInstanceProfile is not set"),
    }
}

fn metadata_version_2(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    let options = &template.launch_template_data.metadata_options;
    let closed = options.http_endpoint == "disabled" || options.http_tokens == "required";
    check(closed, "version 2 only", format!("HttpTokens is '{}'", options.http_tokens))
}

/// Reads the document itself: interfaces are no part of our type, and must not go unseen in an observation.
fn no_public_address(_: &View<'_>, resource: &Resource) -> Answer {
    let public = resource
        .properties
        .at("LaunchTemplateData.NetworkInterfaces")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .any(|interface| interface.get("AssociatePublicIpAddress").and_then(serde_json::Value::as_bool) == Some(true));
    check(!public, "it asks for no public address", "it gives every host a public address")
}

fn script_of(text: &Text) -> String {
    match text {
        Text::Literal(literal) => literal.clone(),
        // What is not known yet is another resource's output, which is no secret; a placeholder keeps the lines in their places.
        Text::Join(parts) => parts.iter().map(|part| part.as_literal().map_or_else(|| "${}".to_owned(), str::to_owned)).collect(),
        _ => String::new(),
    }
}

fn no_secrets_in_script(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    let Some(script) = &template.launch_template_data.user_data else {
        return not_applicable();
    };
    let lines = lines_with_secrets(&script_of(script));
    none_of(lines.into_iter().map(|line| format!("line {line} of the script looks like a secret")).collect(), "no line looks like a secret")
}

fn volumes_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    let devices = &template.launch_template_data.block_device_mappings;
    if devices.is_empty() {
        return undecidable("it lists no device, so the image and the account's default decide");
    }
    let open = devices.iter().filter(|device| !device.ebs.encrypted).map(|device| format!("{} is not encrypted", device.device_name));
    none_of(open.collect(), "every device is encrypted")
}

fn metadata_one_hop(view: &View<'_>, resource: &Resource) -> Answer {
    let template = view.read::<LaunchTemplate>(resource)?;
    let options = &template.launch_template_data.metadata_options;
    let hops = options.http_put_response_hop_limit;
    check(options.http_endpoint == "disabled" || hops <= 1, format!("{hops} hop"), format!("answers travel {hops} hops"))
}
