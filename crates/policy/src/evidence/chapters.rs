//! The chapters of a standard: what its ids have in common, so that a reader finds a requirement where the standard has it.
//!
//! Titles are in our own words, like those of the requirements.

/// The chapter of a requirement's id: `8` of `8.3.6` in PCI DSS, `164.312` of `164.312(a)(1)` in HIPAA.
#[must_use]
pub fn chapter(standard: &str, id: &str) -> String {
    let cut = |at: &[char]| id.split(at).next().unwrap_or(id).to_owned();
    match standard {
        "hipaa" => cut(&['(']),
        "nist-800-53-r5" => cut(&['-']),
        "iso-27001-2022" if !id.starts_with("A.") => cut(&['.']),
        "iso-27001-2022" | "nist-800-171" => id.rsplit_once('.').map_or(id, |(first, _)| first).to_owned(),
        "gdpr" => String::new(),
        _ => cut(&['.']),
    }
}

/// What a chapter is about; nothing where the standard's name says enough.
#[must_use]
pub fn title(standard: &str, chapter: &str) -> &'static str {
    let pci = |chapter: &str| match chapter {
        "1" => "Network security",
        "2" => "Secure configuration",
        "3" => "Stored account data",
        "4" => "Account data on its way",
        "5" => "Malicious software",
        "6" => "Secure software and changes",
        "7" => "Access by need",
        "8" => "Users and authentication",
        "9" => "Physical access",
        "10" => "Logging and monitoring",
        "11" => "Tests of security",
        "12" => "Policies, people and partners",
        "A1" => "Service providers that many customers share",
        "A2" => "Early versions of TLS at payment terminals",
        "A3" => "Further proof for designated entities",
        _ => "",
    };
    match standard {
        "pci-dss-4.0" | "pci-dss-3.2.1" => pci(chapter),
        "hipaa" => match chapter {
            "164.308" => "Administrative safeguards",
            "164.310" => "Physical safeguards",
            "164.312" => "Technical safeguards",
            "164.314" => "Business associates",
            "164.316" => "Policies and records",
            _ => "",
        },
        "cis-aws-5.0" => match chapter {
            "1" => "Identity and access",
            "2" => "Storage",
            "3" => "Logging",
            "4" => "Monitoring",
            "5" => "Networking",
            _ => "",
        },
        "iso-27001-2022" => match chapter {
            "4" => "The organisation and its setting",
            "5" => "Leadership",
            "6" => "Planning",
            "7" => "Means",
            "8" => "Operation",
            "9" => "Looking at the results",
            "10" => "Getting better",
            "A.5" => "Organisation",
            "A.6" => "People",
            "A.7" => "Places and things",
            "A.8" => "Technology",
            _ => "",
        },
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::standards::catalogues;

    #[test]
    fn chapters_follow_one_another_and_none_comes_back() {
        for catalogue in catalogues() {
            let mut over: BTreeSet<String> = BTreeSet::new();
            let mut last: Option<String> = None;
            for requirement in &catalogue.requirements {
                let now = chapter(&catalogue.standard, &requirement.id);
                if last.as_ref() != Some(&now) {
                    assert!(over.insert(now.clone()), "{} {}: chapter '{now}' comes back", catalogue.standard, requirement.id);
                    last = Some(now);
                }
            }
            assert!(over.len() < 40, "{}: {} chapters", catalogue.standard, over.len());
        }
    }

    #[test]
    fn the_chapters_of_the_sampled_standards_have_titles() {
        for name in ["pci-dss-4.0", "hipaa", "cis-aws-5.0", "iso-27001-2022", "pci-dss-3.2.1"] {
            for requirement in catalogues().filter(|catalogue| catalogue.standard == name).flat_map(|catalogue| &catalogue.requirements) {
                assert!(!title(name, &chapter(name, &requirement.id)).is_empty(), "{name} {}", requirement.id);
            }
        }
    }
}
