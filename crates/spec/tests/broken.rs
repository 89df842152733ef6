//! Broken specifications: each folder of `tests/broken/` holds one small edit of a reference file and what Strata says about it.
//!
//! A folder has `platform.yaml`, `app.yaml` or both; a file that is missing is the reference file. `expected.txt` is the text that `strata
//! check` shows at 100 columns. `UPDATE_EXPECTED=1 cargo test -p strata-spec --test broken` writes it anew; read the difference before you commit it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use strata_diag::{Code, Sources, render_text};
use strata_spec::{Source, load};

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing").join(name)
}

fn source(folder: &Path, name: &str) -> Source {
    let own = folder.join(name);
    let path = if own.exists() { own } else { reference(name) };
    // Bytes that are not UTF-8 never reach `load`: whoever reads the file says so.
    Source::new(name, std::fs::read_to_string(path).unwrap())
}

#[test]
fn every_broken_specification_says_what_it_should() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 40, "{} broken specifications; 40 are the least", folders.len());
    let mut codes_seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let own = folder.join("platform.yaml").exists() || folder.join("app.yaml").exists();
        assert!(own, "{name} has neither file");
        let (platform, app) = (source(folder, "platform.yaml"), source(folder, "app.yaml"));
        let loaded = load(&platform, Some(&app));
        assert!(loaded.diagnostics.has_errors(), "{name} has no error");
        assert!(loaded.spec.is_none(), "{name} gives a specification");
        codes_seen.extend(loaded.diagnostics.iter().map(|diagnostic| diagnostic.code));
        assert!(loaded.diagnostics.iter().all(|diagnostic| diagnostic.span.is_some()), "{name}: a diagnostic without a place");
        assert!(loaded.diagnostics.iter().all(|diagnostic| diagnostic.hint.is_some()), "{name}: a diagnostic does not say what to do");
        let sources = Sources::new().with("platform.yaml", platform.text).with("app.yaml", app.text);
        let shown = format!("{}{}\n", render_text(&loaded.diagnostics, &sources, 100, false), loaded.diagnostics.summary());
        let expected = folder.join("expected.txt");
        if update {
            std::fs::write(&expected, &shown).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("--- {name} now says:\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Every code about the files is shown by at least one of them; these cannot be reached by a file.
    let unreachable = [
        "E0113", // the schema and the types agree (property tests look for a file that shows otherwise)
        "E0214", // shown by `promote`; also given by `resolve`
        "E0218", // given by `resolve` when there is no application file
    ];
    let missing: Vec<&Code> = Code::all()
        .iter()
        .map(|(code, _)| code)
        .filter(|code| code.as_str() < "E0500" && !codes_seen.contains(code) && !unreachable.contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "no broken specification shows {missing:?}");
}

#[test]
fn a_secret_is_never_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    for name in std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        let expected = std::fs::read_to_string(name.join("expected.txt")).unwrap_or_default();
        for part in ["IOSFODNN7", "hunter2", "c3VwZXI", "wJalrXUtn", "MIIEvQIBAD"] {
            assert!(!expected.contains(part), "{} shows a secret", name.display());
        }
    }
}
