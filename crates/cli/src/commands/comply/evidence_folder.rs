//! A folder of evidence on disk: links beside one another, each written whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use strata_diag::codes;
use strata_export::evidence::seal::{self, Head, Link, MANIFEST, Manifest, SIGNATURE, SigningKey};

use crate::failure::Failure;

/// While a link is written, this folder is there: it keeps a second writer out and becomes the link.
const WRITING: &str = ".writing";

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(codes::E0902, format!("{}: {error}", path.display()), "check the folder's rights and the free space, or name another")
}

/// Whether a folder's name is a link's: `0001-…`.
fn is_link(name: &str) -> bool {
    name.split_once('-').is_some_and(|(number, _)| number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads the links of a folder, and what lies beside them.
pub fn read(folder: &Path) -> Result<(BTreeMap<String, Link>, Vec<String>), Failure> {
    let (mut links, mut beside) = (BTreeMap::new(), Vec::new());
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|error| failed(&entry.path(), &error))?;
        if kind.is_dir() && is_link(&name) {
            let mut link = Link::new();
            collect(&entry.path(), "", &mut link)?;
            links.insert(name, link);
        } else {
            beside.push(name);
        }
    }
    beside.sort();
    Ok((links, beside))
}

/// Reads one sealed file with its manifest and signature as a link.
pub fn read_file(path: &Path) -> Result<(String, Link), Failure> {
    let mut link = Link::new();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let [manifest, signature] = beside(path);
    for (part, path) in [(name.as_str(), path), (MANIFEST, manifest.as_path()), (SIGNATURE, signature.as_path())] {
        match std::fs::read(path) {
            Ok(bytes) => {
                link.insert(part.to_owned(), bytes);
            }
            // What is missing is for the check to say.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path, &error)),
        }
    }
    Ok((name, link))
}

/// The manifest and the signature beside one sealed file.
fn beside(path: &Path) -> [PathBuf; 2] {
    [MANIFEST, SIGNATURE].map(|part| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(part);
        PathBuf::from(name)
    })
}

fn collect(folder: &Path, prefix: &str, link: &mut Link) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|error| failed(&entry.path(), &error))?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), link)?;
        } else if kind.is_file() {
            link.insert(path, std::fs::read(entry.path()).map_err(|error| failed(&entry.path(), &error))?);
        } else {
            // What points elsewhere was never sealed: its own text stands for it, so that it is told as changed or added.
            link.insert(path, b"not a file".to_vec());
        }
    }
    Ok(())
}

/// What a sealed report says of itself.
pub struct About {
    /// The last part of a link's name: `pci-dss-4.0-prod`.
    pub name: String,
    /// In words.
    pub text: String,
    /// What seals it.
    pub tool: String,
}

/// Appends a link; its folder and the hash of its manifest.
pub fn append(folder: &Path, files: &BTreeMap<String, Vec<u8>>, about: &About, key: &SigningKey) -> Result<(PathBuf, String), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let writing = folder.join(WRITING);
    std::fs::create_dir(&writing).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            codes::E0915,
            format!("{} is there: another report is being written, or was broken off", writing.display()),
            "wait for it; where nobody writes any more, remove that folder and run the command again",
        ),
        _ => failed(&writing, &error),
    })?;
    let done = append_into(folder, &writing, files, about, key);
    if done.is_err() {
        // What was half written is of no use; the error that is told is the first one.
        let _ = std::fs::remove_dir_all(&writing);
    }
    done
}

fn append_into(
    folder: &Path,
    writing: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    about: &About,
    key: &SigningKey,
) -> Result<(PathBuf, String), Failure> {
    let (links, beside) = read(folder)?;
    if let Some(other) = beside.iter().find(|name| *name != WRITING) {
        return Err(Failure::new(
            codes::E0915,
            format!("{} holds '{other}', which is no evidence", folder.display()),
            "name a folder that is empty, not there, or holds evidence alone",
        ));
    }
    let last = links.iter().next_back();
    let (number, previous) = match last {
        None => (1, None),
        Some((name, link)) => {
            let manifest =
                link.get(MANIFEST).and_then(|bytes| Some((serde_json::from_slice::<Manifest>(bytes).ok()?, seal::sha256(bytes))));
            let Some((manifest, hash)) = manifest else {
                return Err(Failure::new(
                    codes::E0621,
                    format!("the last link of the chain, {name}, has no manifest that can be read"),
                    "nothing is put after a broken link: bring it back from a copy, or begin another folder",
                ));
            };
            (manifest.number + 1, Some(hash))
        }
    };
    let head = Head { number, previous, time: jiff::Timestamp::now().to_string(), tool: about.tool.clone(), about: about.text.clone() };
    let (manifest, signature) = seal::seal(files, head, key)
        .map_err(|error| Failure::new(codes::E0914, format!("the manifest cannot be written: {error}"), "please report this"))?;
    let hash = seal::sha256(&manifest);
    for (path, bytes) in files.iter().map(|(path, bytes)| (path.as_str(), bytes)).chain([(MANIFEST, &manifest), (SIGNATURE, &signature)]) {
        let path = writing.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
        }
        std::fs::write(&path, bytes).map_err(|error| failed(&path, &error))?;
    }
    let link = folder.join(format!("{number:04}-{}", about.name));
    std::fs::rename(writing, &link).map_err(|error| failed(&link, &error))?;
    Ok((link, hash))
}

/// Writes one file with its manifest and signature beside it: a chain of one link. The hash of its manifest.
pub fn write_file(path: &Path, bytes: &[u8], about: &About, key: &SigningKey) -> Result<String, Failure> {
    let [manifest_file, signature_file] = beside(path);
    if let Some(taken) = [path, manifest_file.as_path(), signature_file.as_path()].into_iter().find(|path| path.exists()) {
        return Err(Failure::new(
            codes::E0915,
            format!("{} is already there", taken.display()),
            "evidence is never written over: name another file",
        ));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = BTreeMap::from([(name, bytes.to_vec())]);
    let head =
        Head { number: 1, previous: None, time: jiff::Timestamp::now().to_string(), tool: about.tool.clone(), about: about.text.clone() };
    let (manifest, signature) = seal::seal(&files, head, key)
        .map_err(|error| Failure::new(codes::E0914, format!("the manifest cannot be written: {error}"), "please report this"))?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
    }
    for (path, bytes) in [(path, bytes), (&manifest_file, &manifest), (&signature_file, &signature)] {
        std::fs::write(path, bytes).map_err(|error| failed(path, &error))?;
    }
    Ok(seal::sha256(&manifest))
}
