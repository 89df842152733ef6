//! Images: a repository for each service that is built, and which image a workload runs.
//!
//! Invariant: a workload runs an image that was deployed or that its file names; until then it runs nothing.

use strata_aws::ecr::{EncryptionConfiguration, ImageScanningConfiguration, LifecyclePolicy, Repository};
use strata_graph::Text;
use strata_spec::{ImageReference, Resolved};

use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::uses::{Workload, WorkloadKind};

/// Days after which images without a tag go.
const UNTAGGED_DAYS: u32 = 14;
/// Images that stay: enough to go back to.
const NEWEST: u32 = 50;

/// Which image a workload runs, as its file says it.
fn image_of<'a>(resolved: &'a Resolved, workload: &Workload<'_>) -> Option<&'a ImageReference> {
    let application = &resolved.application;
    match workload.kind {
        WorkloadKind::Service => application.services.get(workload.name.as_str())?.image.as_ref(),
        WorkloadKind::Job => application.jobs.get(workload.name.as_str())?.image.as_ref(),
        WorkloadKind::Host | WorkloadKind::Function => None,
    }
}

/// Where the image of a workload comes from, after following names of services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Built by this application under this name.
    Built(String),
    /// An image that exists already.
    Registry(String),
}

/// Follows `image: api` to the service that is built or names an image. A circle ends at the workload's own name.
pub(super) fn source_of(resolved: &Resolved, workload: &Workload<'_>) -> Source {
    let services = &resolved.application.services;
    let mut image = image_of(resolved, workload);
    let mut name = workload.name.to_string();
    for _ in 0..=services.len() {
        match image {
            None => return Source::Built(name),
            Some(ImageReference::Registry(text)) => return Source::Registry(text.to_string()),
            Some(ImageReference::Service(of)) => {
                name = of.to_string();
                image = services.get(of.as_str()).and_then(|service| service.image.as_ref());
            }
        }
    }
    Source::Built(name)
}

/// The image to run: what was deployed, else what the file names; none until there is one.
pub(super) fn image(context: &Context<'_>, workload: &Workload<'_>) -> Option<String> {
    match source_of(context.resolved, workload) {
        Source::Built(name) => context.images.get(&name).cloned(),
        Source::Registry(text) => Some(context.images.get(workload.name.as_str()).cloned().unwrap_or(text)),
    }
}

/// The image, or the place where the first one will be.
pub(crate) fn image_or_place(context: &Context<'_>, workload: &Workload<'_>) -> Text {
    match image(context, workload) {
        Some(image) => image.into(),
        None => {
            let Source::Built(name) = source_of(context.resolved, workload) else {
                return Text::default();
            };
            let repository = context.builder.handle::<Repository>(&name);
            Text::join([repository.output("RepositoryUri"), ":first".into()])
        }
    }
}

/// The host of the registry of an image that is not in Amazon ECR, and the line that names the image.
pub(crate) fn registry_of(context: &Context<'_>, workload: &Workload<'_>) -> Option<(String, String)> {
    let image = image(context, workload)?;
    if image.contains(".dkr.ecr.") {
        return None;
    }
    let host = image.split('/').next().filter(|host| host.contains(['.', ':']) && image.contains('/'));
    Some((host.unwrap_or("docker.io").to_owned(), format!("{}.image", workload.key())))
}

/// The name of the repository of what is built under a name.
fn repository_name(context: &Context<'_>, name: &str) -> String {
    context.builder.naming().path(&[name]).trim_start_matches('/').to_owned()
}

/// The ARN of the repository that a workload's image is in, known before it stands.
pub(crate) fn repository_arn(context: &Context<'_>, workload: &Workload<'_>) -> Text {
    if let Some(arn) = image(context, workload).as_deref().and_then(foreign_arn) {
        return arn;
    }
    match source_of(context.resolved, workload) {
        Source::Built(name) => regional_arn("ecr", &format!("repository/{}", repository_name(context, &name))),
        Source::Registry(_) => regional_arn("ecr", &format!("repository/{}", repository_name(context, workload.name.as_str()))),
    }
}

/// The ARN of the repository of `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
fn foreign_arn(image: &str) -> Option<Text> {
    let (host, rest) = image.split_once('/')?;
    let (account, after) = host.split_once(".dkr.ecr.")?;
    let region = after.split('.').next()?;
    let name = rest.split(['@', ':']).next()?;
    Some(Text::join(["arn:".into(), strata_graph::Pseudo::Partition.into(), format!(":ecr:{region}:{account}:repository/{name}").into()]))
}

/// A repository for each service and job that is built here.
pub(super) fn lower(context: &mut Context<'_>, key: &Handle) {
    let application = &context.resolved.application;
    let services = application.services.iter().filter(|(_, service)| service.build.is_some());
    let jobs = application.jobs.iter().filter(|(_, job)| job.build.is_some());
    let built: Vec<(String, String)> = services
        .map(|(name, _)| (name.to_string(), format!("services.{name}.build")))
        .chain(jobs.map(|(name, _)| (name.to_string(), format!("jobs.{name}.build"))))
        .collect();
    for (name, key_path) in built {
        let repository = Repository {
            repository_name: repository_name(context, &name),
            encryption_configuration: EncryptionConfiguration { encryption_type: "KMS".to_owned(), kms_key: Some(key.arn()) },
            image_scanning_configuration: ImageScanningConfiguration { scan_on_push: true },
            image_tag_mutability: "IMMUTABLE".to_owned(),
            lifecycle_policy: Some(LifecyclePolicy::keep(UNTAGGED_DAYS, NEWEST)),
            ..Repository::default()
        };
        let about = About::new(key_path, format!("Holds the images of {name}, scanned and unchangeable."));
        context.builder.add(&name, repository, about);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_of_an_image_is_in_its_name() {
        let arn = foreign_arn("111111111111.dkr.ecr.us-east-1.amazonaws.com/acme/ticketing/dev/web@sha256:0f").map(|arn| arn.to_string());
        assert_eq!(arn.as_deref(), Some("arn:${Partition}:ecr:us-east-1:111111111111:repository/acme/ticketing/dev/web"));
        assert_eq!(foreign_arn("public.ecr.aws/nginx/nginx:1.29"), None);
    }
}
