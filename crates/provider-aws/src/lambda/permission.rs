//! `AWS::Lambda::Permission` by the Lambda API: one statement of a function's policy. Its id is the statement's name, which its
//! content decides, so the same permission is never given twice.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use strata_aws::Part;
use strata_aws::iam::PolicyDocument;
use strata_aws::lambda::Permission;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{at, part, read_policy, some_known};

/// The statement's name; none while a part of the content is not known yet.
fn statement_id(permission: &Permission) -> Option<String> {
    fn part(text: Option<&Text>) -> Option<&str> {
        text.map_or(Some(""), Text::as_literal)
    }
    let content = [
        permission.action.as_str(),
        permission.principal.as_str(),
        part(permission.source_account.as_ref())?,
        part(permission.source_arn.as_ref())?,
    ];
    let digest = Sha256::digest(content.join("\n"));
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("strata-{digits}"))
}

/// The value of a condition's key, whatever its operator and the key's case.
fn condition(policy: &PolicyDocument, index: usize, key: &str) -> Option<Text> {
    let keys = policy.statement.get(index)?.condition.values().flatten();
    keys.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).and_then(|(_, values)| values.first().cloned())
}

/// A permission as it is shown.
fn read(function: &str, policy: &PolicyDocument, index: usize) -> Permission {
    let statement = &policy.statement[index];
    let principal = statement.principal.as_ref().and_then(|principal| principal.service.first().or(principal.aws.first()));
    Permission {
        function_name: function.into(),
        action: statement.action.first().cloned().unwrap_or_default(),
        principal: principal.and_then(Text::as_literal).unwrap_or_default().to_owned(),
        source_account: condition(policy, index, "AWS:SourceAccount"),
        source_arn: condition(policy, index, "AWS:SourceArn"),
    }
}

/// Every permission of a function that has a name.
pub(super) async fn all(cloud: &Cloud, function: &str) -> Result<Vec<Part>, ProviderError> {
    let answer = cloud.lambda().get_policy().function_name(function).send().await;
    let policy = found(answer.map_err(at("lambda:GetPolicy")))?.and_then(|answer| answer.policy);
    let Some(policy) = policy else { return Ok(Vec::new()) };
    let policy = read_policy(&policy, "lambda:GetPolicy")?;
    let named = policy.statement.iter().enumerate().filter_map(|(index, statement)| Some((index, statement.sid.as_deref()?)));
    named.map(|(index, sid)| part(sid, &read(function, &policy, index))).collect()
}

#[async_trait]
impl Handler for Permission {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let Some(function) = desired.function_name.as_literal() else { return Ok(None) };
        let Some(id) = target.id.map(|id| id.0.clone()).or_else(|| statement_id(desired)) else { return Ok(None) };
        let answer = cloud.lambda().get_policy().function_name(function).send().await;
        let policy = found(answer.map_err(at("lambda:GetPolicy")))?.and_then(|answer| answer.policy);
        let Some(policy) = policy else { return Ok(None) };
        let policy = read_policy(&policy, "lambda:GetPolicy")?;
        let Some(index) = policy.statement.iter().position(|statement| statement.sid.as_deref() == Some(&id)) else {
            return Ok(None);
        };
        Ok(Some(Observed::ready(id, read(function, &policy, index))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let id = statement_id(desired).ok_or_else(|| ProviderError::internal("strata", "a permission's source is not known"))?;
        let call = cloud
            .lambda()
            .add_permission()
            .function_name(known(&desired.function_name)?)
            .statement_id(&id)
            .action(&desired.action)
            .principal(&desired.principal)
            .set_source_account(some_known(desired.source_account.as_ref())?)
            .set_source_arn(some_known(desired.source_arn.as_ref())?);
        call.send().await.map_err(at("lambda:AddPermission"))?;
        Ok(PhysicalId(id))
    }

    async fn update(_cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        Err(ProviderError::internal("strata", format!("{} is replaced, never changed", target.address)))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.lambda().remove_permission().function_name(known(&target.properties.function_name)?);
        gone(call.statement_id(target.id()?).send().await.map_err(at("lambda:RemovePermission")))
    }
}
