//! Local files that resources are made of: functions' code as archives, hosts' setup scripts as text.
//!
//! Invariant: the archive of the same files is the same bytes on every machine (sorted names, no times, no owners), so a digest
//! changes only when the code does.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use strata_diag::{Diagnostic, codes};
use strata_layers::Artifact;
use strata_spec::Resolved;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::failure::Failure;
use crate::files::Files;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// What lowering needs of each.
    pub described: BTreeMap<String, Artifact>,
    /// The bytes, for the provider and the exports.
    pub bytes: BTreeMap<String, Arc<[u8]>>,
}

/// Reads everything that an environment names.
pub fn read(files: &Files, resolved: &Resolved) -> Result<Read, Failure> {
    let mut read = Read::default();
    for (name, function) in &resolved.application.functions {
        let path = function.code.as_str();
        let bytes =
            archive(&files.folder.join(path)).map_err(|error| cannot(files, resolved, &format!("functions.{name}.code"), path, &error))?;
        read.described.insert(path.to_owned(), Artifact { sha256: digest(&bytes), text: None });
        // Documents name a function's archive by the function (strata_aws::lambda::Code), not by its path.
        read.bytes.insert(name.to_string(), bytes.into());
    }
    for (name, host) in &resolved.application.hosts {
        let Some(setup) = &host.setup else { continue };
        let path = setup.as_str();
        let text = std::fs::read_to_string(files.folder.join(path))
            .map_err(|error| cannot(files, resolved, &format!("hosts.{name}.setup"), path, &error))?;
        read.described.insert(path.to_owned(), Artifact { sha256: digest(text.as_bytes()), text: Some(text.clone()) });
        read.bytes.insert(path.to_owned(), text.into_bytes().into());
    }
    Ok(read)
}

fn cannot(files: &Files, resolved: &Resolved, key: &str, path: &str, error: &std::io::Error) -> Failure {
    let diagnostic = Diagnostic::error(codes::E0904, format!("'{path}' cannot be read: {error}"))
        .at(resolved.origin(key))
        .hint(format!("paths start from the folder of the application file: {}", files.folder.display()));
    Failure::of_files(diagnostic.into(), &files.sources)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The archive of a folder, or of one file.
fn archive(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut names: Vec<(String, PathBuf)> = Vec::new();
    if path.is_dir() {
        collect(path, "", &mut names)?;
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        names.push((name, path.to_path_buf()));
    }
    names.sort();
    if names.is_empty() {
        return Err(std::io::Error::other("the folder is empty"));
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o644);
    for (name, path) in names {
        writer.start_file(name, options).map_err(std::io::Error::other)?;
        writer.write_all(&std::fs::read(path)?)?;
    }
    Ok(writer.finish().map_err(std::io::Error::other)?.into_inner())
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What tools leave behind is not code, and would change the digest.
        if name == "__pycache__" || name == ".git" || name.ends_with(".pyc") {
            continue;
        }
        let inner = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{inner}/"), names)?;
        } else {
            names.push((inner, entry.path()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_files_give_the_same_archive() {
        let make = || {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("b")).unwrap();
            std::fs::write(folder.path().join("b/c.py"), "2").unwrap();
            std::fs::write(folder.path().join("a.py"), "1").unwrap();
            std::fs::create_dir(folder.path().join("__pycache__")).unwrap();
            std::fs::write(folder.path().join("__pycache__/a.pyc"), "3").unwrap();
            archive(folder.path()).unwrap()
        };
        let first = make();
        assert_eq!(first, make());
        let mut read = zip::ZipArchive::new(Cursor::new(first)).unwrap();
        let names: Vec<String> = (0..read.len()).map(|index| read.by_index(index).unwrap().name().unwrap().into_owned()).collect();
        assert_eq!(names, ["a.py", "b/c.py"]);
    }
}
