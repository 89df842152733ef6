//! `docs/controls/` says what the registry says.
//!
//! With STRATA_UPDATE_DOCS=1 the pages are written anew; otherwise a page that differs, is missing or stands for no control fails.

use std::path::Path;

use strata_policy::document::pages;

#[test]
fn the_pages_are_what_the_registry_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/controls");
    let pages = pages();
    let update = std::env::var_os("STRATA_UPDATE_DOCS").is_some();
    if update {
        std::fs::create_dir_all(&folder).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, text) in &pages {
        let path = folder.join(name);
        if update {
            std::fs::write(&path, text).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
            wrong.push(format!("{name} is missing or out of date"));
        }
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !pages.contains_key(&name) {
            if update {
                std::fs::remove_file(folder.join(&name)).unwrap();
            } else {
                wrong.push(format!("{name} stands for no control"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nrun: STRATA_UPDATE_DOCS=1 cargo test -p strata-policy", wrong.join("\n"));
}
