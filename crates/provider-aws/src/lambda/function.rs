//! `AWS::Lambda::Function` by the Lambda API. A function's id is its name.
//!
//! Its code comes from the settings' artifact store. Invariant: what is uploaded has the digest that the plan showed.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig as SdkDeadLetter, Environment as SdkEnvironment, FunctionCode, FunctionConfiguration, LastUpdateStatus,
    LogFormat, LoggingConfig as SdkLogging, Runtime, State, TracingConfig as SdkTracing, TracingMode, VpcConfig as SdkVpc,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use strata_aws::lambda::{Code, DeadLetterConfig, Environment, Function, LoggingConfig, TracingConfig, VpcConfig};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{all_known, at, int, some_known, some_text, sorted, strangers, untold};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The zip file of a function, checked against the digest in the document.
fn zip(cloud: &Cloud, code: &Code) -> Result<Blob, ProviderError> {
    let refused = |message: String| Err(ProviderError::new(ErrorKind::Invalid, "lambda:UpdateFunctionCode", message));
    let Some(bytes) = cloud.settings.artifacts.get(&code.artifact) else {
        return refused(format!("the code '{}' is not in the artifact store: plan again where the code's folder is", code.artifact));
    };
    let digest = hexadecimal(&Sha256::digest(bytes));
    if digest != code.sha256 {
        return refused(format!(
            "the code '{}' has the digest {digest}, but the plan was made for {}: plan again",
            code.artifact, code.sha256
        ));
    }
    Ok(Blob::new(bytes))
}

fn sdk_vpc(config: Option<&VpcConfig>) -> Result<Option<SdkVpc>, ProviderError> {
    let Some(config) = config else { return Ok(None) };
    let builder = SdkVpc::builder().set_subnet_ids(Some(all_known(&config.subnet_ids)?));
    Ok(Some(builder.set_security_group_ids(Some(all_known(&config.security_group_ids)?)).build()))
}

fn sdk_environment(environment: Option<&Environment>) -> Result<SdkEnvironment, ProviderError> {
    let mut variables = HashMap::new();
    for (name, value) in environment.iter().flat_map(|environment| &environment.variables) {
        variables.insert(name.clone(), known(value)?.to_owned());
    }
    Ok(SdkEnvironment::builder().set_variables(Some(variables)).build())
}

fn sdk_tracing(config: Option<&TracingConfig>) -> Option<SdkTracing> {
    config.map(|config| SdkTracing::builder().mode(TracingMode::from(config.mode.as_str())).build())
}

fn sdk_logging(config: Option<&LoggingConfig>) -> Result<Option<SdkLogging>, ProviderError> {
    let Some(config) = config else { return Ok(None) };
    let builder = SdkLogging::builder().log_group(known(&config.log_group)?);
    Ok(Some(builder.log_format(LogFormat::from(config.log_format.as_str())).build()))
}

fn architectures(function: &Function) -> Vec<Architecture> {
    function.architectures.iter().map(|one| Architecture::from(one.as_str())).collect()
}

/// A role that IAM has not spread yet is refused as invalid; it works some seconds later.
fn spreading(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Invalid && error.message.contains("cannot be assumed by Lambda") {
        error.kind = ErrorKind::Transient;
    }
    error
}

async fn set_concurrency(cloud: &Cloud, name: &str, most: Option<i64>) -> Result<(), ProviderError> {
    match most {
        Some(most) => {
            let call = cloud.lambda().put_function_concurrency().function_name(name).reserved_concurrent_executions(int(most)?);
            call.send().await.map(|_| ()).map_err(at("lambda:PutFunctionConcurrency"))
        }
        None => {
            let call = cloud.lambda().delete_function_concurrency().function_name(name);
            call.send().await.map(|_| ()).map_err(at("lambda:DeleteFunctionConcurrency"))
        }
    }
}

fn readiness(seen: &FunctionConfiguration) -> Readiness {
    let reason = |text: Option<&str>| text.unwrap_or_default().to_owned();
    match (seen.state(), seen.last_update_status()) {
        (Some(State::Pending), _) => Readiness::Pending("pending".to_owned()),
        (Some(State::Failed), _) => Readiness::Failed(reason(seen.state_reason())),
        (_, Some(LastUpdateStatus::InProgress)) => Readiness::Pending("updating".to_owned()),
        (_, Some(LastUpdateStatus::Failed)) => Readiness::Failed(reason(seen.last_update_status_reason())),
        _ => Readiness::Ready,
    }
}

/// Lambda takes one change at a time: waits until the one before is done.
async fn settled(cloud: &Cloud, name: &str) -> Result<(), ProviderError> {
    for _ in 0..120 {
        let answer = cloud.lambda().get_function().function_name(name).send().await.map_err(at("lambda:GetFunction"))?;
        match answer.configuration().map(readiness) {
            Some(Readiness::Pending(_)) => tokio::time::sleep(Duration::from_secs(1)).await,
            _ => return Ok(()),
        }
    }
    Err(ProviderError::new(ErrorKind::Transient, "lambda:GetFunction", format!("the function {name} is still being changed")))
}

fn change(
    call: UpdateFunctionConfigurationFluentBuilder,
    desired: &Function,
    observed: &Function,
) -> Result<UpdateFunctionConfigurationFluentBuilder, ProviderError> {
    let mut call = call
        .handler(&desired.handler)
        .runtime(Runtime::from(desired.runtime.as_str()))
        .role(known(&desired.role)?)
        .memory_size(int(desired.memory_size)?)
        .timeout(int(desired.timeout)?)
        .environment(sdk_environment(desired.environment.as_ref())?)
        .set_tracing_config(sdk_tracing(desired.tracing_config.as_ref()))
        .set_logging_config(sdk_logging(desired.logging_config.as_ref())?)
        // An empty key is how Lambda is told to use its own.
        .kms_key_arn(some_known(desired.kms_key_arn.as_ref())?.unwrap_or_default());
    if observed.vpc_config != desired.vpc_config {
        let nowhere = VpcConfig::default();
        call = call.set_vpc_config(sdk_vpc(Some(desired.vpc_config.as_ref().unwrap_or(&nowhere)))?);
    }
    if observed.dead_letter_config != desired.dead_letter_config {
        let to = some_known(desired.dead_letter_config.as_ref().map(|config| &config.target_arn))?;
        call = call.dead_letter_config(SdkDeadLetter::builder().target_arn(to.unwrap_or_default()).build());
    }
    Ok(call)
}

fn read(cloud: &Cloud, seen: &FunctionConfiguration, desired: &Function) -> Function {
    let variables = seen
        .environment()
        .and_then(|environment| environment.variables())
        .map(|all| Environment { variables: all.iter().map(|(name, value)| (name.clone(), Text::from(value.as_str()))).collect() });
    let network = seen
        .vpc_config()
        .filter(|network| !network.subnet_ids().is_empty())
        .map(|network| VpcConfig { subnet_ids: sorted(network.subnet_ids()), security_group_ids: sorted(network.security_group_ids()) });
    let dead = seen.dead_letter_config().and_then(|dead| some_text(dead.target_arn())).map(|target_arn| DeadLetterConfig { target_arn });
    let logging = seen.logging_config().and_then(|logging| {
        let log_format = logging.log_format().map_or_else(|| "Text".to_owned(), |format| format.as_str().to_owned());
        Some(LoggingConfig { log_group: some_text(logging.log_group())?, log_format })
    });
    let digest = seen.code_sha256().and_then(|digest| STANDARD.decode(digest).ok()).unwrap_or_default();
    Function {
        function_name: seen.function_name().unwrap_or_default().to_owned(),
        handler: seen.handler().unwrap_or_default().to_owned(),
        runtime: seen.runtime().map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
        role: seen.role().unwrap_or_default().into(),
        architectures: seen.architectures().iter().map(|one| one.as_str().to_owned()).collect(),
        memory_size: seen.memory_size().unwrap_or(128).into(),
        timeout: seen.timeout().unwrap_or(3).into(),
        environment: variables.filter(|environment| !environment.variables.is_empty() || desired.environment.is_some()),
        vpc_config: network,
        kms_key_arn: some_text(seen.kms_key_arn()),
        tracing_config: asked(
            desired.tracing_config.as_ref(),
            seen.tracing_config().and_then(|tracing| tracing.mode()).map(|mode| TracingConfig { mode: mode.as_str().to_owned() }),
        ),
        // moto tells neither of these two.
        dead_letter_config: untold(cloud, dead, desired.dead_letter_config.clone()),
        logging_config: asked(desired.logging_config.as_ref(), untold(cloud, logging, desired.logging_config.clone())),
        reserved_concurrent_executions: None,
        code: Code { artifact: desired.code.artifact.clone(), sha256: hexadecimal(&digest) },
        permissions: Vec::new(),
        function_url: None,
        tags: strata_graph::Tags::new(),
    }
}

/// Who may call it by an address of its own; `None` where it has none.
async fn url(cloud: &Cloud, name: &str) -> Result<Option<String>, ProviderError> {
    let answer = cloud.lambda().get_function_url_config().function_name(name).send().await;
    Ok(found(answer.map_err(at("lambda:GetFunctionUrlConfig")))?.map(|answer| answer.auth_type().as_str().to_owned()))
}

#[async_trait]
impl Handler for Function {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.function_name.as_str(), |id| id.0.as_str());
        let answer = cloud.lambda().get_function().function_name(name).send().await;
        let Some(answer) = found(answer.map_err(at("lambda:GetFunction")))? else { return Ok(None) };
        let seen = answer.configuration().ok_or_else(|| missing("lambda:GetFunction", "Configuration"))?;
        let arn = seen.function_arn().ok_or_else(|| missing("lambda:GetFunction", "FunctionArn"))?;
        let (permissions, function_url) = tokio::try_join!(super::permission::all(cloud, name), url(cloud, name))?;
        let properties = Self {
            permissions,
            function_url,
            reserved_concurrent_executions: answer
                .concurrency()
                .and_then(|concurrency| concurrency.reserved_concurrent_executions())
                .map(i64::from),
            tags: tags::read(answer.tags().cloned().unwrap_or_default()),
            ..read(cloud, seen, target.properties)
        };
        Ok(Some(Observed::ready(name, properties).output("FunctionName", name).output("Arn", arn).readiness(readiness(seen))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.function_name;
        let dead = some_known(desired.dead_letter_config.as_ref().map(|config| &config.target_arn))?;
        cloud
            .lambda()
            .create_function()
            .function_name(name)
            .handler(&desired.handler)
            .runtime(Runtime::from(desired.runtime.as_str()))
            .role(known(&desired.role)?)
            .set_architectures(Some(architectures(desired)))
            .memory_size(int(desired.memory_size)?)
            .timeout(int(desired.timeout)?)
            .environment(sdk_environment(desired.environment.as_ref())?)
            .set_vpc_config(sdk_vpc(desired.vpc_config.as_ref())?)
            .set_kms_key_arn(some_known(desired.kms_key_arn.as_ref())?)
            .set_tracing_config(sdk_tracing(desired.tracing_config.as_ref()))
            .set_logging_config(sdk_logging(desired.logging_config.as_ref())?)
            .set_dead_letter_config(dead.map(|arn| SdkDeadLetter::builder().target_arn(arn).build()))
            .code(FunctionCode::builder().zip_file(zip(cloud, &desired.code)?).build())
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()))
            .send()
            .await
            .map_err(at("lambda:CreateFunction"))
            .map_err(spreading)?;
        if desired.reserved_concurrent_executions.is_some() {
            set_concurrency(cloud, name, desired.reserved_concurrent_executions).await?;
        }
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let same_otherwise = Self {
            code: observed.code.clone(),
            architectures: observed.architectures.clone(),
            reserved_concurrent_executions: observed.reserved_concurrent_executions,
            permissions: observed.permissions.clone(),
            function_url: observed.function_url.clone(),
            tags: observed.tags.clone(),
            ..desired.clone()
        } == *observed;
        for permission in strangers(&observed.permissions, &desired.permissions) {
            let call = cloud.lambda().remove_permission().function_name(name).statement_id(permission);
            gone(call.send().await.map_err(at("lambda:RemovePermission")))?;
        }
        if observed.function_url.is_some() && desired.function_url.is_none() {
            let call = cloud.lambda().delete_function_url_config().function_name(name);
            gone(call.send().await.map_err(at("lambda:DeleteFunctionUrlConfig")))?;
        }
        if !same_otherwise {
            let call = change(cloud.lambda().update_function_configuration().function_name(name), desired, observed)?;
            call.send().await.map_err(at("lambda:UpdateFunctionConfiguration")).map_err(spreading)?;
        }
        if observed.code.sha256 != desired.code.sha256 || observed.architectures != desired.architectures {
            settled(cloud, name).await?;
            let call = cloud.lambda().update_function_code().function_name(name).zip_file(zip(cloud, &desired.code)?);
            let call = call.set_architectures(Some(architectures(desired)));
            call.send().await.map_err(at("lambda:UpdateFunctionCode"))?;
        }
        if observed.reserved_concurrent_executions != desired.reserved_concurrent_executions {
            set_concurrency(cloud, name, desired.reserved_concurrent_executions).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        let arn = cloud.arn("lambda", &format!("function:{name}"));
        if !set.is_empty() {
            let call = cloud.lambda().tag_resource().resource(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(at("lambda:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.lambda().untag_resource().resource(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("lambda:UntagResource"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.lambda().delete_function().function_name(target.id()?).send().await.map_err(at("lambda:DeleteFunction")))
    }
}
