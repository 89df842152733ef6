//! From the texts of the files to a checked [`Spec`].

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use strata_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::check::{self, Context};
use crate::model::{Application, Platform};
use crate::resolve::{self, Resolved};
use crate::tree::Node;
use crate::values::Name;
use crate::{Source, de, schema, secrets, shape, suggest, yaml};

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
    let platform = read::<Platform>(platform, schema::platform(), "the platform file", &mut diagnostics);
    let application = app.and_then(|source| read::<Application>(source, schema::application(), "the application file", &mut diagnostics));
    let platform = platform.map(|(value, tree)| (value, Arc::new(tree)));

    if let Some((platform, tree)) = &platform {
        version(platform.version, tree, &mut diagnostics);
        check::check_platform(platform, tree, &mut diagnostics);
    }
    let mut wrong_overrides: Vec<(&Name, Vec<String>)> = Vec::new();
    if let Some((application, tree)) = &application {
        let names = application.environments.keys();
        wrong_overrides = names.map(|name| (name, check::check_override(tree, name, &mut diagnostics))).collect();
        version(application.version, tree, &mut diagnostics);
    }
    if let (Some((platform, platform_tree)), Some((application, tree))) = (&platform, &application) {
        let mut context = Context { platform, platform_tree, application, tree, environment: None, diagnostics: &mut diagnostics };
        check::check_application(&mut context);
        for name in application.environments.keys() {
            let wrong = wrong_overrides.iter().find(|(other, _)| *other == name).map(|(_, paths)| paths.as_slice()).unwrap_or_default();
            if let Some(resolved) = resolve::resolve(platform, platform_tree, application, tree, name, wrong, &mut diagnostics) {
                let mut context = Context {
                    platform,
                    platform_tree,
                    application: &resolved.application,
                    tree: resolved.tree(),
                    environment: Some((name, &resolved.environment)),
                    diagnostics: &mut diagnostics,
                };
                check::check_application(&mut context);
            }
        }
    }

    let complete = app.is_none() || application.is_some();
    let spec = match platform {
        Some((platform, platform_tree)) if complete && !diagnostics.has_errors() => {
            Some(Spec { inner: Arc::new(Inner { platform, platform_tree, application }) })
        }
        _ => None,
    };
    Loaded { diagnostics, spec }
}

/// One file: text, tree, shape, types. None if one of these is wrong.
fn read<T: DeserializeOwned>(source: &Source, schema: &Json, what: &str, diagnostics: &mut Diagnostics) -> Option<(T, Node)> {
    secrets::scan_text(source, diagnostics);
    let mut found = Diagnostics::new();
    let tree = yaml::parse(source, &mut found);
    if let Some(tree) = &tree {
        secrets::scan_values(tree, diagnostics);
        shape::check(tree, schema, what, &mut found);
    }
    let good = !found.has_errors();
    diagnostics.extend(found);
    let tree = tree.filter(|_| good)?;
    match de::read(&tree) {
        Ok(value) => Some((value, tree)),
        Err(error) => {
            diagnostics.push(unreadable(error));
            None
        }
    }
}

/// The shape was right and the types refused it all the same.
pub(crate) fn unreadable(error: de::Error) -> Diagnostic {
    Diagnostic::error(codes::E0113, format!("this value could not be read: {}", error.message))
        .at(error.span)
        .hint("please report this: the shape was accepted and the value was not")
}

/// The only version of the language is 1.
fn version(version: Option<u32>, tree: &Node, diagnostics: &mut Diagnostics) {
    if let (Some(version), Some(found)) = (version.filter(|version| *version != 1), tree.find("version")) {
        let diagnostic = Diagnostic::error(codes::E0116, format!("this Strata does not know version {version} of the language"))
            .at(found.node.span.clone());
        diagnostics.push(diagnostic.hint("write `version: 1`, or use a newer Strata"));
    }
}

impl Spec {
    pub(crate) fn platform_tree(&self) -> &Node {
        &self.inner.platform_tree
    }

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
        self.application().map(|application| application.environments.keys().collect()).unwrap_or_default()
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
        match resolve::resolve(&self.inner.platform, &self.inner.platform_tree, application, tree, name, &[], &mut diagnostics) {
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
