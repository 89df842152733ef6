//! Controls of functions: AWS Lambda.

use strata_aws::lambda::{Function, Permission};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::secrets::holds_secret;
use crate::view::{View, is_set};

/// Runtimes that AWS maintains (AWS Lambda developer guide, "Lambda runtimes", November 2026).
const SUPPORTED_RUNTIMES: [&str; 15] = [
    "dotnet10",
    "dotnet8",
    "java17",
    "java21",
    "java25",
    "nodejs22.x",
    "nodejs24.x",
    "provided.al2023",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
];
/// Families of runtimes; a member that is not in the list above is past its end, or newer than this table.
const RUNTIME_FAMILIES: [(&str, f64); 5] = [("dotnet", 10.0), ("java", 25.0), ("nodejs", 24.0), ("python3.", 14.0), ("ruby", 4.0)];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "lambda-dead-letters", Application, Low, Both, ["AWS::Lambda::Function"];
        title: "What a function failed to handle is kept",
        why: "An event that fails for good vanishes otherwise, and with it the trace of what happened.",
        repair: "Set DeadLetterConfig to a queue or topic.",
        prowler: ["awslambda_function_no_dead_letter_queue"], checkov: ["CKV_AWS_116"], config: ["LAMBDA_DLQ_CHECK"], security_hub: [],
        each: dead_letters,
    },
    control! {
        "lambda-environment-encrypted", Application, Medium, Both, ["AWS::Lambda::Function"];
        title: "A function's environment is encrypted with a key of our own",
        why: "Environment variables say where everything is.",
        repair: "Set KmsKeyArn to a key of the environment.",
        prowler: ["awslambda_function_env_vars_not_encrypted_with_cmk"], checkov: ["CKV_AWS_173"], config: [], security_hub: [],
        each: environment_encrypted,
    },
    control! {
        "lambda-in-network", Network, Medium, Both, ["AWS::Lambda::Function"];
        title: "A function runs in a network of ours",
        why: "Outside of it a function reaches the whole internet, unseen by flow logs and security groups.",
        repair: "Give the function a VpcConfig with private subnets and a security group.",
        prowler: ["awslambda_function_inside_vpc"], checkov: ["CKV_AWS_117"], config: ["LAMBDA_INSIDE_VPC"], security_hub: ["Lambda.3"],
        each: in_network,
    },
    control! {
        "lambda-no-secrets-in-environment", Application, High, Both, ["AWS::Lambda::Function"];
        title: "No secret stands in a function's environment",
        why: "A function's configuration is readable by many and copied into logs and consoles.",
        repair: "Declare the value under `secrets` and set it with: strata secret set NAME.",
        prowler: ["awslambda_function_no_secrets_in_variables"], checkov: ["CKV_AWS_45"], config: [], security_hub: [],
        each: no_secrets,
    },
    control! {
        "lambda-permission-scoped", Security, High, Both, ["AWS::Lambda::Permission"];
        title: "Only named callers may run a function",
        why: "A permission for a whole service lets every other customer's resource of that service call us.",
        repair: "Set SourceArn, or SourceAccount, beside the principal.",
        prowler: ["awslambda_function_not_publicly_accessible"],
        checkov: ["CKV_AWS_364"],
        config: ["LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED"],
        security_hub: ["Lambda.1"],
        each: permission_scoped,
    },
    control! {
        "lambda-runtime-supported", Application, Medium, Both, ["AWS::Lambda::Function"];
        title: "A function's runtime is one that AWS still maintains",
        why: "A runtime past its end gets no security fixes.",
        repair: "Move the function to a maintained runtime.",
        prowler: ["awslambda_function_using_supported_runtimes"],
        checkov: ["CKV_AWS_363"],
        config: ["LAMBDA_FUNCTION_SETTINGS_CHECK"],
        security_hub: ["Lambda.2"],
        each: runtime_supported,
    },
    control! {
        "lambda-traced", Observability, Low, Both, ["AWS::Lambda::Function"];
        title: "What a function calls can be followed",
        why: "A slow or failing call is found by its trace, not by guessing.",
        repair: "Set TracingConfig.Mode to Active.",
        prowler: [], checkov: ["CKV_AWS_50"], config: ["LAMBDA_FUNCTION_XRAY_ENABLED"], security_hub: ["Lambda.7"],
        each: traced,
    },
];

fn dead_letters(view: &View<'_>, resource: &Resource) -> Answer {
    let function = view.read::<Function>(resource)?;
    check(function.dead_letter_config.is_some(), "failed events are kept", "failed events are lost")
}

fn environment_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let function = view.read::<Function>(resource)?;
    if function.environment.as_ref().is_none_or(|environment| environment.variables.is_empty()) {
        return not_applicable();
    }
    check(is_set(function.kms_key_arn.as_ref()), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn in_network(view: &View<'_>, resource: &Resource) -> Answer {
    let function = view.read::<Function>(resource)?;
    let inside = function.vpc_config.as_ref().is_some_and(|config| !config.subnet_ids.is_empty() && !config.security_group_ids.is_empty());
    check(inside, "it runs in a network of ours", "it runs outside of our networks")
}

fn no_secrets(view: &View<'_>, resource: &Resource) -> Answer {
    let function = view.read::<Function>(resource)?;
    let variables = function.environment.iter().flat_map(|environment| &environment.variables);
    let found = variables.filter(|(name, value)| holds_secret(name, value)).map(|(name, _)| format!("'{name}' looks like a secret"));
    none_of(found.collect(), "no variable looks like a secret")
}

fn permission_scoped(view: &View<'_>, resource: &Resource) -> Answer {
    let permission = view.read::<Permission>(resource)?;
    let scoped = is_set(permission.source_arn.as_ref()) || is_set(permission.source_account.as_ref());
    if permission.principal == "*" {
        return check(scoped, "everybody, from a named source", "everybody may run it");
    }
    if permission.principal.ends_with(".amazonaws.com") {
        return check(
            scoped,
            format!("{}, from a named source", permission.principal),
            format!("{} may run it for anybody", permission.principal),
        );
    }
    met(format!("the principal is {}", permission.principal))
}

fn runtime_supported(view: &View<'_>, resource: &Resource) -> Answer {
    let runtime = view.read::<Function>(resource)?.runtime.clone();
    if SUPPORTED_RUNTIMES.contains(&runtime.as_str()) {
        return met(format!("{runtime} is maintained"));
    }
    for (family, newest) in RUNTIME_FAMILIES {
        if let Some(rest) = runtime.strip_prefix(family) {
            let version: String = rest.chars().take_while(|character| character.is_ascii_digit() || *character == '.').collect();
            if version.trim_end_matches('.').parse::<f64>().is_ok_and(|version| version <= newest) {
                return violated(format!("{runtime} is past its end"));
            }
        }
    }
    if runtime == "provided"
        || runtime == "provided.al2"
        || runtime.starts_with("go1.")
        || runtime.starts_with("python2")
        || runtime.starts_with("dotnetcore")
    {
        return violated(format!("{runtime} is past its end"));
    }
    undecidable(format!("the runtime {runtime} is newer than this version of Strata knows"))
}

fn traced(view: &View<'_>, resource: &Resource) -> Answer {
    let function = view.read::<Function>(resource)?;
    let active = function.tracing_config.as_ref().is_some_and(|tracing| tracing.mode == "Active");
    check(active, "calls are traced", "calls are not traced")
}
