//! From the texts of the files to a checked [`Spec`].

use std::sync::Arc;

use strata_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::model::{Application, Platform};
use crate::resolve::{self, Resolved};
use crate::tree::Node;
use crate::values::Name;
use crate::{Source, de, suggest, yaml};

/// What [`load`] found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Everything there is to say about the files, sorted.
    pub diagnostics: Diagnostics,
    /// The specification; none when there are errors.
    pub spec: Option<Spec>,
}

/// The two files, free of errors. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spec {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    platform: Platform,
    platform_tree: Arc<Node>,
    application: Option<(Application, Node)>,
}

/// Reads both files (an application is optional) and checks everything, for every environment. Never panics; collects everything.
pub fn load(platform: &Source, app: Option<&Source>) -> Loaded {
    let mut diagnostics = Diagnostics::new();
    let platform_tree = yaml::parse(platform, &mut diagnostics);
    let app_tree = app.and_then(|source| yaml::parse(source, &mut diagnostics));
    let platform = platform_tree.and_then(|tree| typed::<Platform>(&tree, &mut diagnostics).map(|value| (value, Arc::new(tree))));
    let application = app_tree.and_then(|tree| typed::<Application>(&tree, &mut diagnostics).map(|value| (value, tree)));

    if let (Some((platform, platform_tree)), Some((application, tree))) = (&platform, &application) {
        for name in application.environments.keys() {
            let resolved = resolve::resolve(platform, platform_tree, application, tree, name, &mut diagnostics);
            drop(resolved);
        }
    }

    let complete = app.is_none() || application.is_some();
    let spec = match platform {
        Some((platform, platform_tree)) if complete && !diagnostics.has_errors() => Some(Spec {
            inner: Arc::new(Inner {
                platform,
                platform_tree,
                application,
            }),
        }),
        _ => None,
    };
    Loaded { diagnostics, spec }
}

fn typed<T: serde::de::DeserializeOwned>(tree: &Node, diagnostics: &mut Diagnostics) -> Option<T> {
    match de::read(tree) {
        Ok(value) => Some(value),
        Err(error) => {
            diagnostics.push(Diagnostic::error(codes::E0113, error.message).at(error.span));
            None
        }
    }
}

impl Spec {
    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.inner.platform
    }

    /// The application as written, before overrides.
    pub fn application(&self) -> Option<&Application> {
        self.inner.application.as_ref().map(|(application, _)| application)
    }

    /// The names of the environments, in the order of the file.
    pub fn environments(&self) -> Vec<&Name> {
        self.application()
            .map(|application| application.environments.keys().collect())
            .unwrap_or_default()
    }

    /// What one environment is: overrides applied, sizes set. Fails if there is no such environment or no application.
    pub fn resolve(&self, environment: &str) -> Result<Resolved, Diagnostics> {
        let Some((application, tree)) = &self.inner.application else {
            let diagnostic = Diagnostic::error(codes::E0218, "there is no application file, so there is no environment");
            return Err(diagnostic.hint("name the file with `-f app.yaml`, or run `strata init`").into());
        };
        let Some((name, _)) = application.environments.get_key_value(environment) else {
            let names: Vec<&str> = application.environments.keys().map(Name::as_str).collect();
            let diagnostic =
                Diagnostic::error(codes::E0214, format!("there is no environment `{environment}`")).at(tree.nearest_span("environments"));
            return Err(diagnostic.hint(suggest::hint(environment, &names, "the environments are")).into());
        };
        let mut diagnostics = Diagnostics::new();
        match resolve::resolve(
            &self.inner.platform,
            &self.inner.platform_tree,
            application,
            tree,
            name,
            &mut diagnostics,
        ) {
            Some(resolved) if !diagnostics.has_errors() => Ok(resolved),
            _ => Err(diagnostics),
        }
    }

    /// The place of a key of the platform file: `networks.nonprod.region`; none if there is no such key.
    pub fn platform_span(&self, key_path: &str) -> Option<Span> {
        let found = self.inner.platform_tree.find(key_path)?;
        Some(found.key_span.unwrap_or(&found.node.span).clone())
    }

    /// The place of a key of the application file; none if there is no such key.
    pub fn application_span(&self, key_path: &str) -> Option<Span> {
        let found = self.inner.application.as_ref()?.1.find(key_path)?;
        Some(found.key_span.unwrap_or(&found.node.span).clone())
    }
}
