//! `strata comply verify`: checks evidence offline and says exactly what does not fit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use strata_diag::{Code, Diagnostic, Diagnostics, Sources, codes};
use strata_export::evidence::seal::{self, Checked, Fault, Found, Link};

use super::{evidence_folder, key};
use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Runs it.
pub fn run(arguments: &Arguments, path: &Path, keys: &[PathBuf], head: Option<&str>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let (links, beside): (BTreeMap<String, Link>, Vec<String>) = if path.is_dir() {
        evidence_folder::read(path)?
    } else {
        let (name, link) = evidence_folder::read_file(path)?;
        (if link.is_empty() { BTreeMap::new() } else { BTreeMap::from([(name, link)]) }, Vec::new())
    };
    if links.is_empty() {
        return Err(Failure::new(
            codes::E0626,
            format!("there is no evidence at {}", path.display()),
            "name the folder that `strata comply report -o FOLDER` wrote, or the file that -o FILE wrote",
        ));
    }
    let trusted = key::trusted(&session, keys)?;
    let head = head.map(str::to_lowercase);
    let mut checked = seal::check(&links, &trusted, head.as_deref());
    // Beside the links nothing was sealed.
    checked.found.extend(beside.into_iter().map(|path| Found { link: String::new(), fault: Fault::FileAdded { path } }));
    let code = u8::from(!checked.found.is_empty());
    if arguments.format == Some(Format::Json) {
        output::answer(&format!("{:#}\n", as_json(&checked)));
        return Ok(code);
    }
    let mut text = String::new();
    for (name, manifest, hash) in &checked.links {
        let wrong = checked.found.iter().filter(|found| found.link == *name).count();
        let word = if wrong == 0 { "whole".to_owned() } else { output::count(wrong, "fault") };
        text.push_str(&format!(
            "{name}\n  {word}: {}, sealed {}, {}\n",
            output::count(manifest.files.len(), "file"),
            manifest.time,
            manifest.about
        ));
        text.push_str(&format!("  manifest  {hash}\n  key       {}\n", manifest.key));
    }
    let number = output::count(links.len(), "link");
    if code == 0 {
        text.push_str(&format!("{number}: every file, the chain and every signature fit\n"));
        if let (Some((_, _, hash)), None) = (checked.links.last(), &head) {
            text.push_str(&format!("note the last hash: what is cut off at the end is found only by who knows it (--head {hash})\n"));
        }
        output::answer(&text);
        return Ok(0);
    }
    text.push_str(&format!("{number}: {}\n", output::count(checked.found.len(), "fault")));
    output::answer(&text);
    let diagnostics: Diagnostics = checked.found.iter().map(diagnostic).collect();
    Err(Failure { diagnostics, sources: Sources::new(), code })
}

fn as_json(checked: &Checked) -> serde_json::Value {
    let links: Vec<_> = checked
        .links
        .iter()
        .map(|(name, manifest, hash)| json!({"link": name, "number": manifest.number, "time": manifest.time, "about": manifest.about, "key": manifest.key, "files": manifest.files.len(), "sha256": hash}))
        .collect();
    let faults: Vec<_> = checked
        .found
        .iter()
        .map(|found| {
            let (code, message, _) = told(found);
            json!({"link": found.link, "code": code, "message": message})
        })
        .collect();
    json!({"version": 1, "whole": checked.found.is_empty(), "links": links, "faults": faults})
}

fn diagnostic(found: &Found) -> Diagnostic {
    let (code, message, hint) = told(found);
    Diagnostic::error(code, message).hint(hint)
}

/// The code, what is wrong and what to do.
fn told(found: &Found) -> (Code, String, &'static str) {
    let link = if found.link.is_empty() { String::new() } else { format!("{}: ", found.link) };
    let before = |hash: &Option<String>| hash.clone().unwrap_or_else(|| "nothing".to_owned());
    let changed = "what is here is not what was sealed; the copy that was sealed has the hash of the manifest";
    match &found.fault {
        Fault::FileChanged { path, sealed, found } => {
            (codes::E0620, format!("{link}'{path}' was changed: sealed with SHA-256 {sealed}, found {found}"), changed)
        }
        Fault::FileMissing { path } => (codes::E0620, format!("{link}'{path}' was sealed and is not there"), changed),
        Fault::FileAdded { path } => {
            (codes::E0620, format!("{link}'{path}' is there and was never sealed"), "nothing vouches for it; take it out of the folder")
        }
        Fault::ManifestUnreadable { why } => (codes::E0620, format!("{link}the manifest cannot be read: {why}"), changed),
        Fault::SignatureMissing => {
            (codes::E0622, format!("{link}there is no signature"), "without it anybody may have written the manifest")
        }
        Fault::SignatureWrong { key } => (
            codes::E0622,
            format!("{link}the signature does not fit: this manifest was not signed by the key {key}"),
            "the manifest or the signature was changed after it was signed, or somebody else signed",
        ),
        Fault::KeyUnknown { key } => (
            codes::E0622,
            format!("{link}signed by the key {key}, which was not given"),
            "where you trust that key, name its public file with --key; it may be given several times",
        ),
        Fault::ChainBroken { names, before: real } => (
            codes::E0621,
            format!("{link}the chain is broken here: it follows {}, and before it stands {}", before(names), before(real)),
            "a link before this one was changed, taken out or put in",
        ),
        Fault::NumberWrong { has, follows } => (
            codes::E0621,
            format!("{link}it is number {has} and stands where number {follows} belongs"),
            "a link was taken out, put in or moved",
        ),
        Fault::TimeBackwards { time, before } => (
            codes::E0621,
            format!("{link}sealed at {time}, before the link that it follows ({before})"),
            "the clock of a machine was wrong, or a link was made later than it says",
        ),
        Fault::HeadNotFound { head } => {
            (codes::E0621, format!("no link has the hash {head}"), "the end of the chain was cut off, or this is another chain")
        }
    }
}
