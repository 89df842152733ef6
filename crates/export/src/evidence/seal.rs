//! The seal of evidence: a manifest with the hash of each file and of the manifest before it, signed with Ed25519.
//!
//! An evidence folder is a chain of links, one folder each: `0001-…`, `0002-…`. A link holds its files, `manifest.json` and `manifest.sig`; the
//! signature is of the manifest's very bytes, so `sha256sum` and `openssl` check it as well as we do.
//!
//! Invariants: a changed, missing or added file, a changed manifest, a wrong signature, a link that is not there and links in another order are
//! each found and named. What is at the end of the chain can be cut off unseen: only somebody who noted the last hash can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's file name in a link.
pub const MANIFEST: &str = "manifest.json";
/// The signature's file name in a link.
pub const SIGNATURE: &str = "manifest.sig";

/// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// One file of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
    /// Its path in the link's folder, with `/`.
    pub path: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// What a link holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form.
    pub version: u32,
    /// The link's number in the chain, from 1.
    pub number: u32,
    /// The SHA-256 of the manifest before it; nothing for the first.
    pub previous: Option<String>,
    /// When it was sealed, RFC 3339, by the clock of the machine.
    pub time: String,
    /// What sealed it.
    pub tool: String,
    /// What the evidence is about, in words.
    pub about: String,
    /// The SHA-256 of the public key, in hexadecimal.
    pub key: String,
    /// The files, by path.
    pub files: Vec<SealedFile>,
}

/// What a new link says beside its files.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its number.
    pub number: u32,
    /// The hash of the manifest before it.
    pub previous: Option<String>,
    /// The time.
    pub time: String,
    /// What seals it.
    pub tool: String,
    /// What the evidence is about.
    pub about: String,
}

/// What keeps something from being a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not an Ed25519 key: {0}")]
pub struct KeyError(pub String);

/// A key that signs. It shows its fingerprint and nothing else.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public().fingerprint())
    }
}

impl SigningKey {
    /// Reads a private key: PKCS #8 in PEM.
    ///
    /// # Errors
    /// [`KeyError`] when it is none; the error never holds a part of it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = from_pem("PRIVATE KEY", text)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes).map_err(|error| KeyError(error.to_string()))?;
        Ok(Self(pair))
    }

    /// The private key as PEM, of the PKCS #8 bytes that a generator gave.
    #[must_use]
    pub fn pem(pkcs8: &[u8]) -> String {
        to_pem("PRIVATE KEY", pkcs8)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Reads a public key: SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// [`KeyError`] when it is none.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = from_pem("PUBLIC KEY", text)?;
        match bytes.strip_prefix(&PUBLIC_PREFIX) {
            Some(key) if key.len() == 32 => Ok(Self(key.to_vec())),
            _ => Err(KeyError("another algorithm or length".to_owned())),
        }
    }

    /// The key as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        to_pem("PUBLIC KEY", &[&PUBLIC_PREFIX, self.0.as_slice()].concat())
    }

    /// The SHA-256 of the 32 bytes, in hexadecimal: what people compare.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        sha256(&self.0)
    }
}

fn to_pem(kind: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

fn from_pem(kind: &str, text: &str) -> Result<Vec<u8>, KeyError> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let body = text.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).map(|(body, _)| body);
    let body: String = body.ok_or_else(|| KeyError(format!("there is no '{begin}'")))?.split_whitespace().collect();
    STANDARD.decode(body).map_err(|_| KeyError("it is not base64".to_owned()))
}

/// The SHA-256 of bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Seals files: the manifest's bytes and the signature's.
///
/// # Errors
/// When the manifest has no JSON form.
pub fn seal(files: &BTreeMap<String, Vec<u8>>, head: Head, key: &SigningKey) -> Result<(Vec<u8>, Vec<u8>), serde_json::Error> {
    let manifest = Manifest {
        version: 1,
        number: head.number,
        previous: head.previous,
        time: head.time,
        tool: head.tool,
        about: head.about,
        key: key.public().fingerprint(),
        files: files.iter().map(|(path, bytes)| SealedFile { path: path.clone(), bytes: bytes.len(), sha256: sha256(bytes) }).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&manifest)?;
    bytes.push(b'\n');
    let signature = key.0.sign(&bytes).as_ref().to_vec();
    Ok((bytes, signature))
}

/// What is wrong with an evidence folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A file is not what was sealed.
    FileChanged {
        /// Its path.
        path: String,
        /// The hash that was sealed.
        sealed: String,
        /// The hash that it has.
        found: String,
    },
    /// A sealed file is not there.
    FileMissing {
        /// Its path.
        path: String,
    },
    /// A file is there that was not sealed.
    FileAdded {
        /// Its path.
        path: String,
    },
    /// The manifest is not there, or is none.
    ManifestUnreadable {
        /// Why.
        why: String,
    },
    /// There is no signature.
    SignatureMissing,
    /// The signature is not of this manifest by this key.
    SignatureWrong {
        /// The key's fingerprint.
        key: String,
    },
    /// It was signed by a key that was not given.
    KeyUnknown {
        /// The key's fingerprint.
        key: String,
    },
    /// It does not follow the link before it.
    ChainBroken {
        /// The hash that it names.
        names: Option<String>,
        /// The hash of the manifest before it.
        before: Option<String>,
    },
    /// Its number does not follow.
    NumberWrong {
        /// The number that it has.
        has: u32,
        /// The number that follows.
        follows: u32,
    },
    /// It was sealed earlier than the link before it.
    TimeBackwards {
        /// Its time.
        time: String,
        /// The time before.
        before: String,
    },
    /// The hash that somebody noted is of no link: the chain's end was cut off or the chain is another one.
    HeadNotFound {
        /// The hash.
        head: String,
    },
}

/// A fault and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The link's folder; empty for the whole chain.
    pub link: String,
    /// What.
    pub fault: Fault,
}

/// A link as it is read from disk: path in the link's folder to bytes.
pub type Link = BTreeMap<String, Vec<u8>>;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// The links that could be read, in order, with the hash of their manifests.
    pub links: Vec<(String, Manifest, String)>,
    /// Everything that is wrong, in the order of the chain.
    pub found: Vec<Found>,
}

/// Checks a chain of links, given in the order of their names. `head` is the hash of a manifest that somebody noted.
#[must_use]
pub fn check(links: &BTreeMap<String, Link>, keys: &[PublicKey], head: Option<&str>) -> Checked {
    let mut checked = Checked::default();
    let mut before: Option<(u32, String, String)> = None;
    for (name, link) in links {
        let mut faults = Vec::new();
        let read = link.get(MANIFEST).ok_or_else(|| "it is not there".to_owned());
        match read.and_then(|bytes| {
            serde_json::from_slice::<Manifest>(bytes).map(|manifest| (bytes, manifest)).map_err(|error| error.to_string())
        }) {
            Err(why) => {
                faults.push(Fault::ManifestUnreadable { why });
                // What follows is compared with what is really there, so that one lost link is told once.
                before =
                    before.map(|(number, _, time)| (number + 1, link.get(MANIFEST).map(|bytes| sha256(bytes)).unwrap_or_default(), time));
            }
            Ok((bytes, manifest)) => {
                faults.extend(of_signature(bytes, &manifest, link, keys));
                faults.extend(of_files(&manifest, link));
                faults.extend(of_place(&manifest, before.as_ref()));
                let hash = sha256(bytes);
                before = Some((manifest.number, hash.clone(), manifest.time.clone()));
                checked.links.push((name.clone(), manifest, hash));
            }
        }
        checked.found.extend(faults.into_iter().map(|fault| Found { link: name.clone(), fault }));
    }
    if let Some(head) = head
        && !checked.links.iter().any(|(_, _, hash)| hash == head)
    {
        checked.found.push(Found { link: String::new(), fault: Fault::HeadNotFound { head: head.to_owned() } });
    }
    checked
}

fn of_signature(bytes: &[u8], manifest: &Manifest, link: &Link, keys: &[PublicKey]) -> Option<Fault> {
    let Some(signature) = link.get(SIGNATURE) else { return Some(Fault::SignatureMissing) };
    let Some(key) = keys.iter().find(|key| key.fingerprint() == manifest.key) else {
        return Some(Fault::KeyUnknown { key: manifest.key.clone() });
    };
    let fits = UnparsedPublicKey::new(&ED25519, &key.0).verify(bytes, signature).is_ok();
    (!fits).then(|| Fault::SignatureWrong { key: manifest.key.clone() })
}

fn of_files(manifest: &Manifest, link: &Link) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut sealed: BTreeSet<&str> = BTreeSet::from([MANIFEST, SIGNATURE]);
    for file in &manifest.files {
        sealed.insert(&file.path);
        match link.get(&file.path) {
            None => faults.push(Fault::FileMissing { path: file.path.clone() }),
            Some(bytes) => {
                let found = sha256(bytes);
                if found != file.sha256 {
                    faults.push(Fault::FileChanged { path: file.path.clone(), sealed: file.sha256.clone(), found });
                }
            }
        }
    }
    let added = link.keys().filter(|path| !sealed.contains(path.as_str()));
    faults.extend(added.map(|path| Fault::FileAdded { path: path.clone() }));
    faults
}

fn of_place(manifest: &Manifest, before: Option<&(u32, String, String)>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let follows = before.map_or(1, |(number, _, _)| number + 1);
    if manifest.number != follows {
        faults.push(Fault::NumberWrong { has: manifest.number, follows });
    }
    let hash = before.map(|(_, hash, _)| hash.clone());
    if manifest.previous != hash {
        faults.push(Fault::ChainBroken { names: manifest.previous.clone(), before: hash });
    }
    if let Some((_, _, time)) = before.filter(|(_, _, time)| *time > manifest.time) {
        faults.push(Fault::TimeBackwards { time: manifest.time.clone(), before: time.clone() });
    }
    faults
}

#[cfg(test)]
mod tests;
