#![allow(clippy::unwrap_used)]

use ring::rand::SystemRandom;

use super::*;

fn key() -> SigningKey {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    SigningKey::from_pem(&SigningKey::pem(pkcs8.as_ref())).unwrap()
}

fn link(number: u32, previous: Option<&Link>, key: &SigningKey) -> Link {
    let mut files: Link = [("report.html", "<p>a</p>"), ("oscal/catalog.json", "{}")]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), format!("{text}{number}").into_bytes()))
        .collect();
    let head = Head {
        number,
        previous: previous.map(|link| sha256(&link[MANIFEST])),
        time: format!("2026-11-28T14:00:0{number}Z"),
        tool: "strata test".to_owned(),
        about: "pci-dss-4.0, prod".to_owned(),
    };
    let (manifest, signature) = seal(&files, head, key).unwrap();
    files.insert(MANIFEST.to_owned(), manifest);
    files.insert(SIGNATURE.to_owned(), signature);
    files
}

/// A chain of three links.
fn chain(key: &SigningKey) -> BTreeMap<String, Link> {
    let first = link(1, None, key);
    let second = link(2, Some(&first), key);
    let third = link(3, Some(&second), key);
    BTreeMap::from([("0001-a".to_owned(), first), ("0002-b".to_owned(), second), ("0003-c".to_owned(), third)])
}

fn faults(links: &BTreeMap<String, Link>, key: &SigningKey) -> Vec<(String, Fault)> {
    check(links, &[key.public()], None).found.into_iter().map(|found| (found.link, found.fault)).collect()
}

#[test]
fn an_untouched_chain_is_whole() {
    let key = key();
    let links = chain(&key);
    let head = sha256(&links["0003-c"][MANIFEST]);
    let checked = check(&links, &[key.public()], Some(&head));
    assert_eq!((checked.found, checked.links.len()), (vec![], 3));
}

#[test]
fn every_byte_of_every_file_counts() {
    let key = key();
    let whole = chain(&key);
    for (name, link) in &whole {
        for (path, bytes) in link {
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut links = whole.clone();
                links.get_mut(name).unwrap().get_mut(path).unwrap()[at] ^= 1;
                let found = faults(&links, &key);
                assert!(found.iter().any(|(link, _)| link == name), "{name}/{path} at {at}: {found:?}");
                match path.as_str() {
                    MANIFEST => {}
                    SIGNATURE => assert_eq!(found, [(name.clone(), Fault::SignatureWrong { key: key.public().fingerprint() })]),
                    _ => assert!(matches!(&found[..], [(_, Fault::FileChanged { path: found, .. })] if found == path), "{found:?}"),
                }
            }
        }
    }
}

#[test]
fn what_is_missing_and_what_was_added_is_named() {
    let key = key();
    let mut links = chain(&key);
    let second = links.get_mut("0002-b").unwrap();
    second.remove("report.html");
    second.insert("more.txt".to_owned(), vec![]);
    let of = |fault| ("0002-b".to_owned(), fault);
    assert_eq!(
        faults(&links, &key),
        [of(Fault::FileMissing { path: "report.html".into() }), of(Fault::FileAdded { path: "more.txt".into() })]
    );
    links.get_mut("0002-b").unwrap().remove(SIGNATURE);
    assert_eq!(faults(&links, &key)[0], of(Fault::SignatureMissing));
}

#[test]
fn a_link_that_is_taken_out_breaks_the_chain_where_it_was() {
    let key = key();
    let whole = chain(&key);
    let mut links = whole.clone();
    links.remove("0002-b");
    let (first, second) = (sha256(&whole["0001-a"][MANIFEST]), sha256(&whole["0002-b"][MANIFEST]));
    let of = |fault| ("0003-c".to_owned(), fault);
    assert_eq!(
        faults(&links, &key),
        [of(Fault::NumberWrong { has: 3, follows: 2 }), of(Fault::ChainBroken { names: Some(second), before: Some(first) })]
    );
    let mut links = whole.clone();
    links.remove("0001-a");
    assert!(faults(&links, &key).iter().any(|(link, fault)| link == "0002-b" && matches!(fault, Fault::ChainBroken { before: None, .. })));
}

#[test]
fn a_link_sealed_anew_does_not_fit_the_one_after_it() {
    let key = key();
    let mut links = chain(&key);
    let mut other = link(2, Some(&links["0001-a"]), &key);
    other.insert("report.html".to_owned(), b"another".to_vec());
    let files: Link =
        other.iter().filter(|(path, _)| !path.starts_with("manifest")).map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    let manifest: Manifest = serde_json::from_slice(&other[MANIFEST]).unwrap();
    let head = Head { number: 2, previous: manifest.previous, time: manifest.time, tool: manifest.tool, about: manifest.about };
    let (manifest, signature) = seal(&files, head, &key).unwrap();
    other.insert(MANIFEST.to_owned(), manifest);
    other.insert(SIGNATURE.to_owned(), signature);
    links.insert("0002-b".to_owned(), other);
    let found = faults(&links, &key);
    assert!(matches!(&found[..], [(link, Fault::ChainBroken { .. })] if link == "0003-c"), "{found:?}");
}

#[test]
fn another_key_and_a_swapped_fingerprint_are_told_apart() {
    let (ours, theirs) = (key(), key());
    let links = chain(&theirs);
    let found = faults(&links, &ours);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|(_, fault)| *fault == Fault::KeyUnknown { key: theirs.public().fingerprint() }));
    let mut forged = links.clone();
    let text = String::from_utf8(forged["0003-c"][MANIFEST].clone()).unwrap();
    let text = text.replace(&theirs.public().fingerprint(), &ours.public().fingerprint());
    forged.get_mut("0003-c").unwrap().insert(MANIFEST.to_owned(), text.into_bytes());
    let found = check(&forged, &[ours.public(), theirs.public()], None).found;
    assert!(
        matches!(&found[..], [Found { link, fault: Fault::SignatureWrong { key } }] if link == "0003-c" && *key == ours.public().fingerprint()),
        "{found:?}"
    );
}

#[test]
fn a_cut_end_is_found_by_who_noted_it_and_time_runs_forward() {
    let key = key();
    let mut links = chain(&key);
    let head = sha256(&links["0003-c"][MANIFEST]);
    links.remove("0003-c");
    assert_eq!(faults(&links, &key), []);
    let found = check(&links, &[key.public()], Some(&head)).found;
    assert_eq!(found, [Found { link: String::new(), fault: Fault::HeadNotFound { head } }]);
    let files = Link::new();
    let previous = Some(sha256(&links["0002-b"][MANIFEST]));
    let early = Head { number: 3, previous, time: "2026-11-28T13:00:00Z".into(), tool: String::new(), about: String::new() };
    let (manifest, signature) = seal(&files, early, &key).unwrap();
    links.insert("0003-c".to_owned(), Link::from([(MANIFEST.to_owned(), manifest), (SIGNATURE.to_owned(), signature)]));
    assert!(matches!(&faults(&links, &key)[..], [(_, Fault::TimeBackwards { .. })]));
}

#[test]
fn keys_come_back_from_their_text_and_what_is_no_key_says_so() {
    let key = key();
    let public = key.public();
    assert_eq!(PublicKey::from_pem(&public.pem()).unwrap(), public);
    assert!(PublicKey::from_pem("hello").is_err());
    assert!(SigningKey::from_pem(&public.pem()).is_err());
    let broken = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
    let error = SigningKey::from_pem(broken).unwrap_err().to_string();
    assert!(!error.contains("c2VjcmV0") && !error.contains("secret"), "{error}");
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", public.fingerprint()));
}
