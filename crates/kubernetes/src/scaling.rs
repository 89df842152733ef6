//! How many copies: autoscalers and disruption budgets.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget,
    PodsMetricSource, ResourceMetricSource,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::metadata::Labels;

/// What makes copies more or fewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The average processor load, in percent of what a copy asked for.
    Cpu(i32),
    /// The average memory use, in percent of what a copy asked for.
    Memory(i32),
    /// Thousandths of requests in a second for each copy: the metric `http_requests_per_second` of the pods, which a metrics adapter gives.
    Requests(u64),
}

impl Target {
    fn metric(&self) -> MetricSpec {
        let resource = |name: &str, percent: i32| MetricSpec {
            type_: "Resource".to_owned(),
            resource: Some(ResourceMetricSource {
                name: name.to_owned(),
                target: MetricTarget { type_: "Utilization".to_owned(), average_utilization: Some(percent), ..MetricTarget::default() },
            }),
            ..MetricSpec::default()
        };
        match self {
            Self::Cpu(percent) => resource("cpu", *percent),
            Self::Memory(percent) => resource("memory", *percent),
            Self::Requests(thousandths) => MetricSpec {
                type_: "Pods".to_owned(),
                pods: Some(PodsMetricSource {
                    metric: MetricIdentifier { name: "http_requests_per_second".to_owned(), ..MetricIdentifier::default() },
                    target: MetricTarget {
                        type_: "AverageValue".to_owned(),
                        average_value: Some(Quantity(if thousandths % 1000 == 0 {
                            (thousandths / 1000).to_string()
                        } else {
                            format!("{thousandths}m")
                        })),
                        ..MetricTarget::default()
                    },
                }),
                ..MetricSpec::default()
            },
        }
    }
}

/// The autoscaler of a workload's deployment.
#[must_use]
pub fn autoscaler(labels: &Labels, workload: &str, min: u32, max: u32, targets: &[Target]) -> HorizontalPodAutoscaler {
    let count = |number: u32| i32::try_from(number.max(1)).unwrap_or(i32::MAX);
    let name = crate::metadata::name(&[workload]);
    HorizontalPodAutoscaler {
        metadata: labels.metadata(&name, workload, "service"),
        spec: Some(HorizontalPodAutoscalerSpec {
            min_replicas: Some(count(min)),
            max_replicas: count(max.max(min)),
            metrics: Some(targets.iter().map(Target::metric).collect()),
            scale_target_ref: CrossVersionObjectReference { api_version: Some("apps/v1".to_owned()), kind: "Deployment".to_owned(), name },
            ..HorizontalPodAutoscalerSpec::default()
        }),
        ..HorizontalPodAutoscaler::default()
    }
}

/// At most one copy of a workload is taken away at once when machines are emptied.
#[must_use]
pub fn disruption_budget(labels: &Labels, workload: &str) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: labels.metadata(&crate::metadata::name(&[workload]), workload, "service"),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(Labels::selector(workload)),
            // A copy that is not well never blocks the emptying of a machine.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    }
}
