//! Reads the specification files.

use std::path::{Path, PathBuf};

use strata_diag::{Sources, codes};
use strata_spec::{Source, Spec};

use crate::arguments::Arguments;
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
    /// The folder of the waivers; beside the platform file where no other was named.
    pub waivers: Beside,
    /// The folder of the users' rules, likewise.
    pub rules: Beside,
}

/// A folder beside the platform file, or another one that was named and must therefore be there.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Which.
    pub folder: PathBuf,
    /// Whether somebody named it.
    pub named: bool,
}

impl Beside {
    fn new(platform: &Path, name: &str) -> Self {
        let parent = platform.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self { folder: parent.map_or_else(|| PathBuf::from(name), |parent| parent.join(name)), named: false }
    }

    /// The texts of its files with one of the endings, by name; none where nobody named it and it is not there.
    pub fn texts(&self, endings: &[&str]) -> Result<Vec<Source>, Failure> {
        let cannot = |error: std::io::Error| {
            let hint = "name a folder that can be read, or leave the option out";
            Failure::new(codes::E0902, format!("{} cannot be read: {error}", self.folder.display()), hint)
        };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.named => return Ok(Vec::new()),
            Err(error) => return Err(cannot(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(cannot)?.path();
            if path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending)) {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| source(path)).collect()
    }
}

/// The files that the arguments name.
pub fn of(arguments: &Arguments) -> Result<Files, Failure> {
    let mut files = read(&arguments.files)?;
    if let Some(folder) = &arguments.waivers {
        files.waivers = Beside { folder: folder.clone(), named: true };
    }
    if let Some(folder) = &arguments.rules {
        files.rules = Beside { folder: folder.clone(), named: true };
    }
    Ok(files)
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
    let waivers = Beside::new(Path::new(&*platform.file), "waivers");
    let rules = Beside::new(Path::new(&*platform.file), "rules");
    Ok(Files { platform, app, sources, folder, waivers, rules })
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
