//! Public doors: one ingress for each route; the AWS Load Balancer Controller makes one load balancer of all of an environment's.

use std::collections::BTreeMap;

use strata_kubernetes::ingress::{self, Balancer, Door};
use strata_kubernetes::network::{self, Peer};
use strata_kubernetes::{ManifestError, metadata};

use super::{Objects, policies};
use crate::address_planner::Tier;
use crate::application::routes;

pub(super) fn compile(objects: &mut Objects<'_, '_>) -> Result<(), ManifestError> {
    let context = objects.context;
    let routes = routes(context.resolved);
    if routes.is_empty() {
        return Ok(());
    }
    objects.add(&ingress::class(), &["platform:clusters"], "The class of doors that the AWS Load Balancer Controller opens.")?;
    let tags: BTreeMap<String, String> = [
        ("strata:platform".to_owned(), context.platform.platform.to_string()),
        ("strata:scope".to_owned(), context.builder.scope().to_string()),
    ]
    .into();
    for (index, route) in routes.iter().enumerate() {
        let Some(service) = context.resolved.application.services.get(route.service.as_str()) else { continue };
        let Some(port) = service.port else { continue };
        let aws = context.pods.iter().find(|pod| pod.name == route.service).and_then(|pod| pod.door.as_ref());
        let balancer = Balancer {
            certificate: aws.map(|door| door.certificate.clone()),
            web_acl: aws.and_then(|door| door.firewall.clone()),
            subnets: context.network.subnet_ids(Tier::Public),
            security_groups: aws.map(|door| door.security_group.clone()).into_iter().collect(),
            access_logs: Some((context.account.access_logs_bucket_name().into(), format!("load-balancer/{}", objects.labels.namespace))),
            tags: tags.clone(),
        };
        let door = Door {
            service: route.service.clone(),
            host: route.host.clone(),
            path: route.path.clone(),
            port,
            health_path: service.health.as_ref().map(|health| health.path.to_string()),
            order: i64::try_from(index + 1).unwrap_or(i64::MAX),
        };
        let key = format!("services.{}.route", route.service);
        let object = balancer.ingress(&objects.labels, &door);
        objects.add(&object, &[&key], format!("Requests for {}{} go to {}; TLS 1.2 at least.", route.host, route.path, route.service))?;
        let policy = metadata::name(&[&route.service, "from", "load-balancer"]);
        let peer = Peer::Ranges(policies::ranges(objects, Tier::Public));
        let into = network::ingress(&objects.labels, &route.service, "service", &policy, &peer, &[port]);
        objects.add(&into, &[&key], format!("{} takes requests from the load balancer.", route.service))?;
    }
    Ok(())
}
