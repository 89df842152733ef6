//! Public routes: what `route: "${env.host}/api"` means to a load balancer.
//!
//! Invariants: a longer path is always asked before a shorter one; the priority of a route depends only on the routes whose path is as long,
//! so that a new route moves as few of the others as possible.

use std::collections::BTreeMap;

use strata_spec::Resolved;

/// The longest value that a path condition takes (Elastic Load Balancing, "Quotas for your Application Load Balancers").
const LONGEST_PATH: usize = 128;
/// Priorities set aside for each length: the highest that results is within the 50000 that there are.
const PER_LENGTH: usize = 300;

/// A public door of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The service.
    pub service: String,
    /// The host.
    pub host: String,
    /// The path, starting with `/`, without one at its end unless it is all there is.
    pub path: String,
    /// The priority among the listener's rules; lower is asked first.
    pub priority: i64,
}

impl Route {
    /// The patterns that a request's path is compared with.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        if self.path == "/" { vec!["/*".to_owned()] } else { vec![self.path.clone(), format!("{}/*", self.path)] }
    }
}

/// Every route of an environment, the first asked first.
#[must_use]
pub fn routes(resolved: &Resolved) -> Vec<Route> {
    let host = resolved.environment.host.as_ref().map(ToString::to_string);
    let written = resolved.application.services.iter().filter_map(|(name, service)| {
        let text = service.route.as_ref()?.render(|reference| match (reference.target.as_str(), reference.output.as_str()) {
            ("env", "host") => host.clone(),
            ("env", "name") => Some(resolved.environment_name.to_string()),
            ("app", "name") => Some(resolved.application.app.to_string()),
            _ => None,
        })?;
        Some((name.to_string(), text))
    });
    prioritized(written)
}

fn prioritized(written: impl IntoIterator<Item = (String, String)>) -> Vec<Route> {
    let mut by_length: BTreeMap<usize, Vec<Route>> = BTreeMap::new();
    for (service, text) in written {
        let (host, path) = match text.split_once('/') {
            Some((host, path)) => (host, path.trim_end_matches('/')),
            None => (text.as_str(), ""),
        };
        let path = format!("/{path}");
        by_length.entry(path.len().min(LONGEST_PATH)).or_default().push(Route { service, host: host.to_owned(), path, priority: 0 });
    }
    let mut all = Vec::new();
    for (length, mut routes) in by_length.into_iter().rev() {
        routes.sort_by(|one, other| (&one.host, &one.path, &one.service).cmp(&(&other.host, &other.path, &other.service)));
        for (index, mut route) in routes.into_iter().enumerate() {
            route.priority = i64::try_from((LONGEST_PATH - length) * PER_LENGTH + index + 1).unwrap_or(i64::MAX);
            all.push(route);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[(&str, &str)]) -> Vec<Route> {
        prioritized(texts.iter().map(|(service, text)| ((*service).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn longer_paths_are_asked_first() {
        let routes = of(&[("web", "a.example/"), ("api", "a.example/api"), ("admin", "a.example/api/admin/"), ("other", "b.example")]);
        let order: Vec<(&str, &str)> = routes.iter().map(|route| (route.service.as_str(), route.path.as_str())).collect();
        assert_eq!(order, [("admin", "/api/admin"), ("api", "/api"), ("web", "/"), ("other", "/")]);
        assert!(routes.is_sorted_by_key(|route| route.priority));
        assert!(routes.iter().all(|route| (1..=50_000).contains(&route.priority)));
    }

    #[test]
    fn a_new_route_moves_none_of_another_length() {
        let before = of(&[("web", "a.example/"), ("api", "a.example/api")]);
        let after = of(&[("web", "a.example/"), ("api", "a.example/api"), ("images", "a.example/images")]);
        for route in &before {
            assert!(after.contains(route), "{route:?}");
        }
    }

    #[test]
    fn the_patterns_cover_the_path_and_what_lies_below() {
        let routes = of(&[("api", "a.example/api"), ("web", "a.example/")]);
        assert_eq!(routes[0].patterns(), ["/api", "/api/*"]);
        assert_eq!(routes[1].patterns(), ["/*"]);
    }
}
