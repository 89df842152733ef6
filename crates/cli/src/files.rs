//! Reads the specification files.

use std::path::{Path, PathBuf};

use strata_diag::{Sources, codes};
use strata_spec::{Source, Spec};

use crate::failure::Failure;

/// The two files.
#[derive(Debug)]
pub struct Files {
    /// platform.yaml
    pub platform: Source,
    /// app.yaml, where there is one
    pub app: Option<Source>,
    /// Both texts, for diagnostics.
    pub sources: Sources,
    /// The folder that the application's paths start from.
    pub folder: PathBuf,
}

/// Reads the named files, or the two in this folder.
pub fn read(named: &[PathBuf]) -> Result<Files, Failure> {
    let (mut platform, mut app) = (None, None);
    let mut folder = PathBuf::from(".");
    if named.is_empty() {
        platform = Some(source(Path::new("platform.yaml"))?);
        if Path::new("app.yaml").exists() {
            app = Some(source(Path::new("app.yaml"))?);
        }
    }
    for path in named {
        let source = source(path)?;
        // The first key that only one of the two kinds has tells which it is.
        let is_app = top_keys(&source).iter().any(|key| matches!(key.as_str(), "app" | "services" | "environments"));
        let slot = if is_app { &mut app } else { &mut platform };
        if let Some(first) = slot {
            let first: &Source = first;
            let kind = if is_app { "application" } else { "platform" };
            return Err(Failure::usage(
                codes::E0903,
                format!("{} and {} are both {kind} files", first.file, source.file),
                "give one platform file and one application file, each with -f",
            ));
        }
        if is_app && let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            folder = parent.to_path_buf();
        }
        *slot = Some(source);
    }
    let Some(platform) = platform else {
        return Err(Failure::usage(codes::E0903, "no platform file was named", "add it: -f platform.yaml"));
    };
    let mut sources = Sources::new().with(platform.file.clone(), platform.text.clone());
    if let Some(app) = &app {
        sources.add(app.file.clone(), app.text.clone());
    }
    Ok(Files { platform, app, sources, folder })
}

/// The keys at the top; of a file that is no YAML, what looks like one, so that its mistakes are told under the right name.
fn top_keys(source: &Source) -> Vec<String> {
    let keys = strata_spec::top_level_keys(source);
    if !keys.is_empty() {
        return keys;
    }
    let lines = source.text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
    lines.filter_map(|line| line.split(':').next()).map(ToOwned::to_owned).collect()
}

fn source(path: &Path) -> Result<Source, Failure> {
    let shown = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(shown, text)),
            Err(_) => Err(Failure::new(codes::E0901, format!("{shown} is not a text in UTF-8"), "save it as UTF-8")),
        },
        Err(error) => Err(Failure::new(
            codes::E0901,
            format!("{shown} cannot be read: {error}"),
            "`strata init` writes starter files; other files are named with -f",
        )),
    }
}

impl Files {
    /// The specification, or everything that is wrong with it.
    pub fn spec(&self) -> Result<Spec, Failure> {
        let loaded = strata_spec::load(&self.platform, self.app.as_ref());
        match loaded.spec {
            Some(spec) if !loaded.diagnostics.has_errors() => Ok(spec),
            _ => Err(Failure::of_files(loaded.diagnostics, &self.sources)),
        }
    }
}
