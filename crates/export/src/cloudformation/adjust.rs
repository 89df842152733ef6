//! Where a template differs from our documents.
//!
//! Documents are in CloudFormation's own vocabulary, so these tables are short; each row says why it is there. They work on properties whose
//! references are intrinsic functions already.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use strata_graph::CloudFormationForm;

/// Outputs of our types that CloudFormation has no attribute for, and why what refers to them is left out.
const NO_ATTRIBUTE: &[(&str, &str, &str)] = &[
    (
        "AWS::CertificateManager::Certificate",
        "ValidationRecordName",
        "The certificate's stack writes the validation record by itself, from `DomainValidationOptions`.",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "ValidationRecordValue",
        "The certificate's stack writes the validation record by itself, from `DomainValidationOptions`.",
    ),
];

/// Outputs of our types that CloudFormation has no attribute for and that people look up: they are parameters of every template that needs them.
const LOOKED_UP: &[(&str, &str, &str)] = &[(
    "AWS::EC2::VPCEndpoint",
    "PrefixListId",
    "aws ec2 describe-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.SERVICE",
)];

/// The command with which people look an output up; none if the template refers to it.
pub(super) fn looked_up(type_name: &str, output: &str) -> Option<&'static str> {
    LOOKED_UP.iter().find(|(of, name, _)| *of == type_name && *name == output).map(|(_, _, how)| *how)
}

/// Why a resource that refers to this output is left out of templates; none if it is not.
pub(super) fn no_attribute(type_name: &str, output: &str) -> Option<&'static str> {
    NO_ATTRIBUTE.iter().find(|(of, name, _)| *of == type_name && *name == output).map(|(_, _, why)| *why)
}

/// Files that the user copies into a bucket before the stacks are made: path in the export to key in the bucket.
pub(super) type Uploads = BTreeMap<String, String>;

/// Puts the properties of a type into the form that templates have. Parameters that it needs are added.
pub(super) fn properties(
    type_name: &str,
    form: Option<CloudFormationForm>,
    properties: &mut Map<String, Value>,
    parameters: &mut BTreeMap<String, Value>,
    uploads: &mut Uploads,
) {
    match type_name {
        // Instances get the group's tags, which a template says in each tag; sizes are strings there.
        "AWS::AutoScaling::AutoScalingGroup" => {
            let tags: Vec<Value> = tag_list(properties.remove("Tags"))
                .into_iter()
                .map(|mut tag| {
                    tag["PropagateAtLaunch"] = json!(true);
                    tag
                })
                .collect();
            properties.insert("Tags".to_owned(), Value::Array(tags));
            for key in ["MinSize", "MaxSize", "DesiredCapacity"] {
                if let Some(Value::Number(number)) = properties.get(key) {
                    let text = number.to_string();
                    properties.insert(key.to_owned(), json!(text));
                }
            }
        }
        "AWS::EC2::LaunchTemplate" => launch_template(properties),
        // A group without a rule gets one that lets all out; a rule to the machine itself takes its place (AWS::EC2::SecurityGroup, remarks).
        "AWS::EC2::SecurityGroup" => {
            properties.insert(
                "SecurityGroupEgress".to_owned(),
                json!([{
                    "CidrIp": "127.0.0.1/32",
                    "IpProtocol": "icmp",
                    "FromPort": 252,
                    "ToPort": 86,
                    "Description": "Nothing: takes the place of the rule that lets all out",
                }]),
            );
            list_tags(properties, "Tags");
        }
        // Where a rule is about all protocols, ports mean nothing (AWS::EC2::SecurityGroupIngress, IpProtocol).
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" if properties.get("IpProtocol").is_some_and(|of| of == "-1") => {
            properties.remove("FromPort");
            properties.remove("ToPort");
        }
        // A replica in the same region is encrypted as its source is (AWS::RDS::DBInstance, StorageEncrypted).
        "AWS::RDS::DBInstance" => {
            if properties.contains_key("SourceDBInstanceIdentifier") {
                properties.remove("StorageEncrypted");
            }
            list_tags(properties, "Tags");
        }
        // The service tunes by itself where its classes can (AWS::OpenSearchService::Domain has no such property).
        "AWS::OpenSearchService::Domain" => {
            properties.remove("AutoTuneOptions");
            list_tags(properties, "Tags");
        }
        // The code lies in a bucket; the document has its name and digest only.
        "AWS::Lambda::Function" => {
            if let Some(code) = properties.get("Code") {
                let artifact = code["Artifact"].as_str().unwrap_or_default().to_owned();
                let digest: String = code["Sha256"].as_str().unwrap_or_default().chars().take(16).collect();
                let key = format!("{artifact}-{digest}.zip");
                properties.insert("Code".to_owned(), json!({"S3Bucket": {"Ref": "ArtifactsBucket"}, "S3Key": key}));
                parameters.insert(
                    "ArtifactsBucket".to_owned(),
                    json!({"Type": "String", "Description": "The bucket that the files of the folder artifacts were copied to"}),
                );
                uploads.insert(format!("artifacts/{artifact}.zip"), key);
            }
            list_tags(properties, "Tags");
        }
        // These services have names of their own for tags.
        "AWS::Route53::HostedZone" => {
            let tags = tag_list(properties.remove("Tags"));
            if !tags.is_empty() {
                properties.insert("HostedZoneTags".to_owned(), Value::Array(tags));
            }
        }
        "AWS::Logs::ResourcePolicy" => {
            if let Some(document) = properties.get("PolicyDocument") {
                let text = as_text(document);
                properties.insert("PolicyDocument".to_owned(), text);
            }
        }
        "AWS::Backup::BackupVault" => rename(properties, "Tags", "BackupVaultTags"),
        "AWS::Backup::BackupPlan" => rename(properties, "Tags", "BackupPlanTags"),
        "AWS::EFS::FileSystem" => {
            list_tags(properties, "Tags");
            rename(properties, "Tags", "FileSystemTags");
        }
        "AWS::EFS::AccessPoint" => {
            list_tags(properties, "Tags");
            rename(properties, "Tags", "AccessPointTags");
        }
        // The name servers of a zone are a list: they are the records, not one of them.
        "AWS::Route53::RecordSet" => {
            if let Some(Value::Array(records)) = properties.get("ResourceRecords")
                && let [only] = records.as_slice()
                && only["Fn::GetAtt"][1] == "NameServers"
            {
                let list = only.clone();
                properties.insert("ResourceRecords".to_owned(), list);
            }
        }
        _ if form == Some(CloudFormationForm::TagList) => list_tags(properties, "Tags"),
        // AWS takes tags for it, CloudFormation does not.
        _ if form == Some(CloudFormationForm::Untagged) => {
            properties.remove("Tags");
        }
        _ => {}
    }
}

/// The template's own tags are `TagSpecifications` there; tags of what a start makes are lists; the script is in base 64.
fn launch_template(properties: &mut Map<String, Value>) {
    let tags = tag_list(properties.remove("Tags"));
    if !tags.is_empty() {
        properties.insert("TagSpecifications".to_owned(), json!([{"ResourceType": "launch-template", "Tags": tags}]));
    }
    let Some(Value::Object(data)) = properties.get_mut("LaunchTemplateData") else {
        return;
    };
    if let Some(text) = data.remove("UserData") {
        data.insert("UserData".to_owned(), json!({ "Fn::Base64": text }));
    }
    if let Some(Value::Array(specifications)) = data.get_mut("TagSpecifications") {
        for specification in specifications {
            if let Value::Object(specification) = specification {
                list_tags(specification, "Tags");
            }
        }
    }
}

/// The text of a JSON value whose strings may be intrinsic functions, as one intrinsic function.
fn as_text(value: &Value) -> Value {
    fn write(value: &Value, parts: &mut Vec<Value>, text: &mut String) {
        match value {
            Value::Object(map) if map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::")) => {
                text.push('"');
                parts.push(json!(std::mem::take(text)));
                parts.push(value.clone());
                text.push('"');
            }
            Value::Object(map) => {
                for (index, (key, item)) in map.iter().enumerate() {
                    text.push_str(if index == 0 { "{" } else { "," });
                    text.push_str(&format!("{}:", json!(key)));
                    write(item, parts, text);
                }
                text.push_str(if map.is_empty() { "{}" } else { "}" });
            }
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    write(item, parts, text);
                }
                text.push(']');
            }
            other => text.push_str(&other.to_string()),
        }
    }
    let (mut parts, mut text) = (Vec::new(), String::new());
    write(value, &mut parts, &mut text);
    parts.push(json!(text));
    json!({ "Fn::Join": ["", parts] })
}

fn rename(properties: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = properties.remove(from) {
        properties.insert(to.to_owned(), value);
    }
}

/// Documents hold tags as a map; most types of CloudFormation want a list of `Key` and `Value`.
fn list_tags(properties: &mut Map<String, Value>, key: &str) {
    if let Some(tags @ Value::Object(_)) = properties.remove(key) {
        properties.insert(key.to_owned(), Value::Array(tag_list(Some(tags))));
    }
}

fn tag_list(tags: Option<Value>) -> Vec<Value> {
    let Some(Value::Object(tags)) = tags else { return Vec::new() };
    let sorted: BTreeMap<String, Value> = tags.into_iter().collect();
    sorted.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}
