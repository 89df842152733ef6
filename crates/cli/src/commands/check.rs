//! `strata check`: every mistake of both files at once.

use strata_diag::{codes, render_text, to_json, to_sarif};

use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::{files, output};

/// Runs it.
pub fn run(arguments: &Arguments, resolved: bool, env: Option<&str>) -> Result<u8, Failure> {
    let files = files::of(arguments)?;
    let loaded = strata_spec::load(&files.platform, files.app.as_ref());
    let found = loaded.diagnostics.has_errors();
    match arguments.format {
        Some(Format::Json) => output::answer(&format!("{:#}\n", to_json(&loaded.diagnostics))),
        Some(Format::Sarif) => output::answer(&format!("{:#}\n", to_sarif(&loaded.diagnostics))),
        _ => {
            let text = render_text(&loaded.diagnostics, &files.sources, output::width(), output::colour(&std::io::stdout()));
            if !text.is_empty() {
                output::answer(&text);
            }
            let names: Vec<&str> = std::iter::once(&files.platform).chain(&files.app).map(|source| &*source.file).collect();
            if !resolved || found {
                output::answer(&format!("{}: {}\n", names.join(", "), loaded.diagnostics.summary()));
            }
        }
    }
    let Some(spec) = loaded.spec.filter(|_| !found) else { return Ok(1) };
    if let Some(env) = env {
        let scope = spec.resolve(env).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
        if resolved {
            if arguments.format.is_some_and(|format| format != Format::Text) {
                return Err(Failure::usage(codes::E0909, "the resolved file is text", "leave --format out"));
            }
            output::answer(&scope.resolved_yaml_with_origins());
        }
    }
    Ok(0)
}
