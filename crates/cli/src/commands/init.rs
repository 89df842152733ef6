//! `strata init`: commented starter files. Never overwrites.

use std::path::Path;

use strata_diag::codes;

use crate::arguments::Template;
use crate::failure::Failure;
use crate::output;

const PLATFORM: &str = include_str!("../../templates/platform.yaml");
const MINIMAL_PLATFORM: &str = include_str!("../../templates/minimal.platform.yaml");
const WEB: &str = include_str!("../../templates/web.app.yaml");
const WORKER: &str = include_str!("../../templates/worker.app.yaml");
const MINIMAL: &str = include_str!("../../templates/minimal.app.yaml");

/// The two files of a template.
pub fn files(template: Template) -> [(&'static str, &'static str); 2] {
    let (platform, app) = match template {
        Template::Web => (PLATFORM, WEB),
        Template::Worker => (PLATFORM, WORKER),
        Template::Minimal => (MINIMAL_PLATFORM, MINIMAL),
    };
    [("platform.yaml", platform), ("app.yaml", app)]
}

/// Runs it.
pub fn run(template: Template, folder: &Path) -> Result<u8, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(codes::E0902, format!("{}: {error}", folder.display()), "name a folder that can be written"))?;
    let files = files(template);
    // Both or none: a half-written pair would not fit together.
    for (name, _) in files {
        let path = folder.join(name);
        if path.exists() {
            return Err(Failure::new(
                codes::E0915,
                format!("{} is already there, and `init` never writes over a file", path.display()),
                "name another folder: strata init FOLDER",
            ));
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| {
            Failure::new(codes::E0902, format!("{} cannot be written: {error}", path.display()), "check the folder's rights")
        })?;
        output::answer(&format!("wrote {}\n", path.display()));
    }
    output::answer(
        "next: put your accounts into platform.yaml, then: strata check, strata plan --env dev, strata up --env dev --sandbox\n",
    );
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use strata_spec::Source;

    #[test]
    fn every_template_is_free_of_mistakes() {
        for template in Template::value_variants() {
            let [platform, app] = files(*template);
            let loaded = strata_spec::load(&Source::new(platform.0, platform.1), Some(&Source::new(app.0, app.1)));
            assert!(!loaded.diagnostics.has_errors(), "{template:?}: {:?}", loaded.diagnostics);
        }
    }
}
