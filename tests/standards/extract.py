#!/usr/bin/env python3
"""Extracts from public packages what the tests of `crates/policy` compare the catalogues and the registry with.

    tests/standards/extract.py              downloads the pinned packages into the cache (80 MB, once) and rewrites crates/policy/tests/sources
    tests/standards/extract.py --check      the same, but only says whether those files are up to date (exit 1 where not)

Written are facts alone: ids, and which check others count for which requirement. No title, no description and no code of anybody's is kept.

- `ids-STANDARD.txt`: the ids of a standard, in its own order, one a line.
- `mapping-STANDARD.txt`: a requirement, a tab, and the prowler checks that prowler's own mapping counts for it.
- `meaning-security-hub.txt`: a control of Security Hub's foundational standard, a tab, and the prowler checks that prowler says are the same.
- `names-prowler.txt`, `names-checkov.txt`: the check ids that exist. `names-aws-config.txt`: identifiers of AWS Config's managed rules.
  `names-security-hub.txt`: control ids of AWS Security Hub.

Sources: prowler (Apache-2.0; its compliance files, and the addresses of AWS's documents in its checks' metadata); evidentia-core (Apache-2.0), which
bundles NIST's OSCAL catalogue of SP 800-53 revision 5 and lists of SP 800-171 revision 2, of the Trust Services Criteria and of ISO 27001's Annex A;
aws-cdk-lib (Apache-2.0) for AWS Config; checkov (Apache-2.0), asked for its own list; numbering.py for standards that no package lists whole.

Invariant: an id that a mapping names and no list has stops it; nothing is guessed or left out.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import numbering

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "crates/policy/tests/sources"
PROWLER = "prowler==5.46.0"
EVIDENTIA = "evidentia-core==0.13.2"
CDK = "aws-cdk-lib@2.276.0"
CHECKOV = "3.3.30"

# Control ids of AWS Security Hub that are younger than prowler's list of the foundational standard, or outside that standard: to be
# looked up in AWS's "Control reference for Security Hub CSPM" (securityhub/latest/userguide/securityhub-controls-reference.html). The single ones were;
# the whole ranges (CloudWatch, IAM, Inspector) are written from memory.
HUB_ELSEWHERE = (
    [f"CloudWatch.{number}" for number in range(1, 18)]
    + [f"IAM.{number}" for number in range(1, 29)]
    + ["EC2.53", "EC2.54", "EC2.170", "ECR.5", "ELB.17", "Lambda.7", "RDS.46", "S3.20", "S3.22", "S3.23", "SNS.4", "SQS.3"]
    + [f"Inspector.{number}" for number in range(1, 5)]
)
# Identifiers of AWS Config's managed rules that are younger than the list of aws-cdk-lib. Each has a page of its own in AWS's documents
# (config/latest/developerguide/NAME.html, the name in small letters with `-`); part of them was looked up there, the rest is written from memory.
CONFIG_ELSEWHERE = [
    "ACM_CERTIFICATE_RSA_CHECK",
    "EC2_LAUNCH_TEMPLATE_IMDSV2_CHECK",
    "EC2_LAUNCH_TEMPLATE_PUBLIC_IP_DISABLED",
    "ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED",
    "EKS_CLUSTER_LOG_ENABLED",
    "ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK",
    "ELASTICACHE_REPL_GRP_AUTO_FAILOVER_ENABLED",
    "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST",
    "ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT",
    "ELASTICACHE_REPL_GRP_REDIS_AUTH_ENABLED",
    "ELBV2_PREDEFINED_SECURITY_POLICY_SSL_CHECK",
    "IAM_EXTERNAL_ACCESS_ANALYZER_ENABLED",
    "GUARDDUTY_EKS_PROTECTION_AUDIT_ENABLED",
    "GUARDDUTY_LAMBDA_PROTECTION_ENABLED",
    "GUARDDUTY_MALWARE_PROTECTION_ENABLED",
    "GUARDDUTY_RDS_PROTECTION_ENABLED",
    "GUARDDUTY_S3_PROTECTION_ENABLED",
    "KMS_KEY_POLICY_NO_PUBLIC_ACCESS",
    "LAMBDA_FUNCTION_XRAY_ENABLED",
    "RDS_INSTANCE_SUBNET_IGW_CHECK",
    "RDS_POSTGRES_INSTANCE_ENCRYPTED_IN_TRANSIT",
    "SNS_TOPIC_NO_PUBLIC_ACCESS",
    "SQS_QUEUE_NO_PUBLIC_ACCESS",
    "WAFV2_RULEGROUP_LOGGING_ENABLED",
    "WAFV2_WEBACL_NOT_EMPTY",
]


def cache():
    """Where downloads are kept: the user's cache, never the clone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = pathlib.Path(base) / "strata" / "standards"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wheel(requirement):
    """The wheel of a requirement. It is read, never run, so the interpreter that it asks for does not matter."""
    name, version = requirement.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(cache().glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version=3.13"]
        subprocess.run([*command, "--dest", str(cache()), requirement], check=True)
    return zipfile.ZipFile(next(cache().glob(pattern)))


def cdk_package():
    """The npm package of AWS's CDK."""
    path = cache() / f"{CDK.replace('@', '-')}.tgz"
    if not path.exists():
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", str(cache()), CDK], check=True, stdout=subprocess.DEVNULL)
    return tarfile.open(path)


def controls_of_oscal(catalogue):
    """The labels of every control and enhancement of an OSCAL catalogue that is not withdrawn, in its order."""
    labels = []

    def walk(control):
        properties = control.get("props", [])
        if not any(entry["name"] == "status" and entry["value"] == "withdrawn" for entry in properties):
            labels.append(next(entry["value"] for entry in properties if entry["name"] == "label" and entry.get("class") != "zero-padded"))
        for inner in control.get("controls", []):
            walk(inner)

    for group in catalogue["groups"]:
        for control in group["controls"]:
            walk(control)
    return labels


def id_lists(prowler, evidentia):
    """Standard to (where its ids come from, its ids)."""

    def bundled(path):
        return json.loads(evidentia.read(f"evidentia_core/catalogs/data/{path}.json"))

    def by_numbers(identifier):
        return [int(part) for part in identifier.split(".")]

    cis = [requirement["Id"] for requirement in json.loads(prowler.read("prowler/compliance/aws/cis_5.0_aws.json"))["Requirements"]]
    oscal = bundled("us-federal/nist-800-53-rev5")["catalog"]
    lists = {
        "cis-aws-5.0": (f"prowler/compliance/aws/cis_5.0_aws.json of {PROWLER}", sorted(cis, key=by_numbers)),
        "gdpr": ("numbering.py (Regulation (EU) 2016/679)", numbering.expand(numbering.GDPR)),
        "hipaa": ("numbering.py (45 CFR 164.308 to 164.316)", numbering.expand(numbering.HIPAA)),
        "hitrust-csf": ("numbering.py (156 control references)", numbering.expand(numbering.HITRUST)),
        "iso-27001-2022": ("numbering.py (clauses 4 to 10 and Annex A)", numbering.expand(numbering.ISO_27001_2022)),
        "nist-800-171": (
            f"the list of SP 800-171 revision 2 bundled in {EVIDENTIA}",
            [control["id"] for control in bundled("us-federal/nist-800-171-r2")["controls"]],
        ),
        "nist-800-53-r5": (f"NIST's OSCAL catalogue {oscal['metadata']['version']} bundled in {EVIDENTIA}", controls_of_oscal(oscal)),
        "pci-dss-3.2.1": ("numbering.py (PCI DSS 3.2.1)", numbering.expand(numbering.PCI_3_2_1)),
        "pci-dss-4.0": ("numbering.py (PCI DSS 4.0)", numbering.expand(numbering.PCI_4_0)),
        "soc2": (
            f"the list of the 2017 Trust Services Criteria bundled in {EVIDENTIA}",
            [control["id"] for control in bundled("stubs/soc2-tsc")["controls"]],
        ),
    }
    # Two lists that were written by hand are compared with what others wrote.
    for name, other in (
        ("iso-27001-2022", [control["id"] for control in bundled("stubs/iso-27001-2022")["controls"]]),
        ("hipaa", [control["id"] for control in bundled("us-federal/hipaa-security")["controls"]]),
    ):
        missing = sorted(set(other) - set(lists[name][1]))
        if missing:
            sys.exit(f"numbering.py: {name} lacks {', '.join(missing)}")
    for name, (_, ids) in lists.items():
        if len(ids) != len(set(ids)):
            sys.exit(f"{name}: an id is there twice")
    return lists


def requirement_id(standard, requirement):
    """The id in a standard's own form of a requirement of prowler's file; parts and testing procedures count for what they are part of."""
    identifier = requirement["Id"]
    if standard == "pci-dss-4.0":
        return requirement["Attributes"][0]["Section"].split(":")[0].strip()
    if standard == "pci-dss-3.2.1":
        return re.sub(r"\.[a-z]$", "", identifier)
    if standard == "hipaa":
        return requirement["Name"].split()[0]
    if standard == "soc2":
        # `cc_6_1`, `cc_a_1_1`, `cc_c_1_1`, `pi_1_2`
        *_, letters, first, second = identifier.split("_")
        return f"{letters.upper()}{first}.{second}"
    if standard == "nist-800-53-r5":
        # `ac_2_3_a` is part (a) of the enhancement AC-2(3); `ac_2_d_1` is part of the control AC-2.
        family, control, *parts = identifier.split("_")
        return f"{family.upper()}-{control}" + (f"({parts[0]})" if parts and parts[0].isdigit() else "")
    if standard == "nist-800-171":
        return identifier.replace("_", ".")
    if standard == "gdpr":
        return identifier.replace("article_", "Art.")
    return identifier


MAPPINGS = {
    "cis-aws-5.0": "cis_5.0_aws",
    "gdpr": "gdpr_aws",
    "hipaa": "hipaa_aws",
    "iso-27001-2022": "iso27001_2022_aws",
    "nist-800-171": "nist_800_171_revision_2_aws",
    "nist-800-53-r5": "nist_800_53_revision_5_aws",
    "pci-dss-3.2.1": "pci_3.2.1_aws",
    "pci-dss-4.0": "pci_4.0_aws",
    "soc2": "soc2_aws",
}

# Ids of prowler's file that the standard itself does not have. Each stands beside the text of another control, which it is counted for.
MISNUMBERED = {
    "nist-800-53-r5": {
        "AC-3(1)": "AC-3(10)",
        "CP-1(2)": "CP-10(2)",
        "SA-1(1)": "SA-10(1)",
        "SC-7(2)": "SC-7(20)",
        "SI-1(1)": "SI-10(1)",
    },
}


def mapping(standard, ids, prowler):
    """Every requirement that prowler counts a check for, in the standard's order, with the sorted checks."""
    found, unknown = {}, set()
    for requirement in json.loads(prowler.read(f"prowler/compliance/aws/{MAPPINGS[standard]}.json"))["Requirements"]:
        identifier = requirement_id(standard, requirement)
        identifier = MISNUMBERED.get(standard, {}).get(identifier, identifier)
        if identifier in ids:
            found.setdefault(identifier, set()).update(requirement["Checks"])
        else:
            unknown.add(identifier)
    if unknown:
        sys.exit(f"{MAPPINGS[standard]}.json: the list of {standard} has no {', '.join(sorted(unknown))}")
    return [(identifier, sorted(found[identifier])) for identifier in ids if found.get(identifier)]


def names_of_prowler(prowler):
    """Every check of prowler for AWS: one folder each, with metadata of the same name."""
    pattern = re.compile(r"^prowler/providers/aws/services/[^/]+/(\w+)/\1\.metadata\.json$")
    return sorted(found[1] for found in map(pattern.match, prowler.namelist()) if found)


def names_of_checkov():
    """Every check of checkov for AWS, as it lists them itself."""
    folder = subprocess.run([str(ROOT / "tests/tools/environment"), "checkov"], check=True, capture_output=True, text=True).stdout.strip()
    version = subprocess.run([f"{folder}/bin/checkov", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if version != CHECKOV:
        sys.exit(f"checkov is {version}, not {CHECKOV}")
    listed = subprocess.run([f"{folder}/bin/checkov", "--list"], check=True, capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"\bCKV2?_AWS_\d+\b", listed)))


def names_of_config(package):
    """Identifiers of AWS Config's managed rules."""
    text = package.extractfile("package/aws-config/lib/rule.js").read().decode()
    begin = text.index("ManagedRuleIdentifiers{static[")
    listed = re.findall(r'static \w+="([A-Z0-9_]+)"', text[begin : text.index("class ResourceType", begin)])
    if len(listed) < 250:
        sys.exit("aws-cdk-lib: its list of managed rules is written in another way now")
    return sorted(set(listed) | set(CONFIG_ELSEWHERE))


def names_of_hub(prowler):
    """Control ids of AWS Security Hub: prowler's file of the foundational standard, the documents its checks point to, and HUB_ELSEWHERE."""
    standard = json.loads(prowler.read("prowler/compliance/aws/aws_foundational_security_best_practices_aws.json"))
    listed = {requirement["Id"] for requirement in standard["Requirements"]} | set(HUB_ELSEWHERE)
    spelled = {identifier.split(".")[0].lower(): identifier.split(".")[0] for identifier in listed}
    pattern = re.compile(r"securityhub/latest/userguide/[a-z0-9-]+-controls\.html#([a-z0-9]+)-(\d+)")
    for path in prowler.namelist():
        if path.startswith("prowler/providers/aws/services/") and path.endswith(".metadata.json"):
            for service, number in pattern.findall(prowler.read(path).decode()):
                if service in spelled:
                    listed.add(f"{spelled[service]}.{number}")
    return sorted(listed, key=lambda identifier: (identifier.split(".")[0], int(identifier.split(".")[1])))


def meaning_of_hub(prowler):
    """Every control of Security Hub's foundational standard that prowler has checks for, with those checks."""
    standard = json.loads(prowler.read("prowler/compliance/aws/aws_foundational_security_best_practices_aws.json"))
    return [(requirement["Id"], sorted(requirement["Checks"])) for requirement in standard["Requirements"] if requirement["Checks"]]


def files():
    """Every file's name and text."""
    prowler, evidentia = wheel(PROWLER), wheel(EVIDENTIA)
    made = {}
    head = "# Written by tests/standards/extract.py; not to be edited. Source: {}\n"
    for standard, (source, ids) in id_lists(prowler, evidentia).items():
        made[f"ids-{standard}.txt"] = head.format(source) + "".join(f"{identifier}\n" for identifier in ids)
        if standard in MAPPINGS:
            rows = mapping(standard, ids, prowler)
            source = f"prowler/compliance/aws/{MAPPINGS[standard]}.json of {PROWLER}"
            made[f"mapping-{standard}.txt"] = head.format(source) + "".join(f"{row[0]}\t{' '.join(row[1])}\n" for row in rows)
    source = f"prowler/compliance/aws/aws_foundational_security_best_practices_aws.json of {PROWLER}"
    rows = meaning_of_hub(prowler)
    made["meaning-security-hub.txt"] = head.format(source) + "".join(f"{row[0]}\t{' '.join(row[1])}\n" for row in rows)
    names = {
        "prowler": (f"the checks of {PROWLER} for AWS", names_of_prowler(prowler)),
        "checkov": (f"`checkov --list` of {CHECKOV}", names_of_checkov()),
        "aws-config": (f"ManagedRuleIdentifiers of {CDK}, and CONFIG_ELSEWHERE in extract.py", names_of_config(cdk_package())),
        "security-hub": (f"{PROWLER}'s file of the foundational standard and its checks' addresses, and HUB_ELSEWHERE in extract.py", names_of_hub(prowler)),
    }
    for who, (source, listed) in names.items():
        made[f"names-{who}.txt"] = head.format(source) + "".join(f"{name}\n" for name in listed)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    check = parser.parse_args().check
    made = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.txt")} if TARGET.exists() else {}
    differ = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    if check:
        if differ:
            sys.exit(f"out of date: {', '.join(differ)}; run tests/standards/extract.py")
        return
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in differ:
        if name in made:
            (TARGET / name).write_text(made[name], encoding="utf-8")
        else:
            (TARGET / name).unlink()
    print(f"{len(made)} files, {len(differ)} changed")


if __name__ == "__main__":
    main()
