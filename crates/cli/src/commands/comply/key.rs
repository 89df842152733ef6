//! `strata comply key`, and reading the keys of the evidence.
//!
//! Invariant: the private key is written once, readable by its owner alone, and never shown; a file that others may read is refused.

use std::io::Write;
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use serde_json::json;
use strata_diag::codes;
use strata_export::evidence::seal::{PublicKey, SigningKey};

use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// The private key's file: the named one, or the state folder's.
pub fn private_file(session: &Session, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| session.folder().join("evidence-key.pem"), Path::to_path_buf)
}

/// The public key's file beside a private one.
pub fn public_file(private: &Path) -> PathBuf {
    private.with_extension("pub")
}

/// Makes the key where there is none, and says which it is.
pub fn run(arguments: &Arguments, named: Option<&Path>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let private = private_file(&session, named);
    let public = public_file(&private);
    let made = !private.exists();
    if made {
        if private == public {
            return Err(Failure::usage(
                codes::E0624,
                "the private key's file ends in .pub",
                "name a file with another ending: evidence-key.pem",
            ));
        }
        make(&private)?;
    }
    let key = read(&private)?;
    let shown = key.public();
    // The public half follows from the private one: it is written anew where it was lost.
    if !public.exists() {
        std::fs::write(&public, shown.pem()).map_err(|error| cannot(&public, &error))?;
    }
    if arguments.format == Some(Format::Json) {
        let value = json!({"version": 1, "made": made, "private": private, "public": public, "fingerprint": shown.fingerprint()});
        output::answer(&format!("{value:#}\n"));
        return Ok(0);
    }
    let first = if made { "a key for evidence was made" } else { "the key for evidence is there already" };
    output::answer(&format!(
        "{first}\n  private      {} (only its owner may read it; keep a copy where you keep secrets)\n  public       {} (give it to whoever verifies)\n  fingerprint  {}\n",
        private.display(),
        public.display(),
        shown.fingerprint()
    ));
    Ok(0)
}

fn make(path: &Path) -> Result<(), Failure> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| cannot(parent, &error))?;
    }
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| {
        Failure::new(codes::E0624, "no key could be made: this system gives no random numbers", "make the key on another machine")
    })?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| cannot(path, &error))?;
    file.write_all(SigningKey::pem(pkcs8.as_ref()).as_bytes()).and_then(|()| file.sync_all()).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        codes::E0902,
        format!("{} cannot be written: {error}", path.display()),
        "check the folder's rights, or name another file with --key",
    )
}

/// Reads the private key that signs.
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failure::new(
                codes::E0623,
                format!("there is no key to sign with: {} is not there", path.display()),
                "make it once: strata comply key",
            ));
        }
        Err(error) => return Err(unusable(path, &error.to_string())),
    };
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(path).map(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()));
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            return Err(Failure::new(
                codes::E0624,
                format!("others may read the private key {}", path.display()),
                format!("take their right away: chmod 600 {}", path.display()),
            ));
        }
    }
    SigningKey::from_pem(&text).map_err(|error| unusable(path, &error.to_string()))
}

/// Reads the public keys to trust: the named ones, or the state folder's.
pub fn trusted(session: &Session, named: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let own = public_file(&private_file(session, None));
    let files = if named.is_empty() { std::slice::from_ref(&own) } else { named };
    files
        .iter()
        .map(|path| match std::fs::read_to_string(path) {
            Ok(text) => PublicKey::from_pem(&text).map_err(|error| unusable(path, &error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::new(
                codes::E0623,
                format!("there is no key to verify with: {} is not there", path.display()),
                "name the public key that you were given, by another way than the evidence: --key evidence-key.pub",
            )),
            Err(error) => Err(unusable(path, &error.to_string())),
        })
        .collect()
}

fn unusable(path: &Path, why: &str) -> Failure {
    Failure::new(
        codes::E0624,
        format!("{} cannot be used: {why}", path.display()),
        "a private key signs and a public key verifies; `strata comply key` makes both",
    )
}
