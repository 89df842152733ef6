#!/usr/bin/env python3
"""Lets programs that are not ours judge what Strata exports, and accounts for every finding.

    tests/scanners/run.py --binary target/debug/strata examples/ticketing [...]
    tests/scanners/run.py --terraform dev=DIR --cloudformation dev=DIR        judges folders that are there already

With `--binary` it exports Terraform and CloudFormation for every environment of each example first. Then, for each export:

- checkov on the Terraform (`--framework terraform --skip-download --compact -o json`), all its checks, no severity cut;
- tests/terraform-schema/check.py on the Terraform; `terraform fmt -check` where terraform is on the PATH;
- cfn-lint on the CloudFormation (`--format json`), errors, warnings and the rest alike.

A finding is a failure unless exceptions.yaml has it (read there what an exception is). So is an exception that matches nothing, an export in which
a scanner found nothing to judge or could not read a file, and a skip of a scanner's check that is written into the export itself.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "tools" / "environment"
FIELDS = ("check", "resource", "scanner", "whose", "reason")
SCANNERS = ("checkov", "cfn-lint", "prowler")
# The scanners of exports; prowler judges what stands (live.py).
OF_EXPORTS = ("checkov", "cfn-lint")
WHOSE = ("aws", "emulator", "scanner", "export", "customer", "ours")

Finding = collections.namedtuple("Finding", "scanner environment check resource file line text")


def environment(name):
    """The folder of a pinned Python environment."""
    return pathlib.Path(subprocess.run([ENVIRONMENT, name], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


try:
    import yaml
except ImportError:
    # The pinned environment of checkov has it: start over in there.
    python = environment("checkov") / "bin" / "python"
    os.execv(python, [str(python), *sys.argv])


class Refused(Exception):
    """Input that cannot be judged: the text says what and where."""


def load_exceptions(path, scanners=OF_EXPORTS):
    """The exceptions of a file, all of them checked; those of the scanners asked for, each with how often it was used."""
    rows = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise Refused(f"{path}: expected a list of exceptions")
    seen = set()
    for number, row in enumerate(rows, 1):
        where = f"{path}: exception {number}"
        if not isinstance(row, dict) or sorted({"where", *row}) != sorted(("where", *FIELDS)):
            raise Refused(f"{where}: expected exactly the fields {', '.join(FIELDS)}, and 'where' for one scan of prowler's")
        if not all(isinstance(value, str) and value.strip() for value in row.values()):
            raise Refused(f"{where}: every field is a text that is not empty")
        if row["scanner"] not in SCANNERS:
            raise Refused(f"{where}: scanner is one of {', '.join(SCANNERS)}, not {row['scanner']!r}")
        if row["whose"] not in WHOSE:
            raise Refused(f"{where}: whose is one of {', '.join(WHOSE)}, not {row['whose']!r}")
        if len(row["reason"]) < 20:
            raise Refused(f"{where}: the reason is too short to explain anything")
        if not row["resource"].strip("*?."):
            raise Refused(f"{where}: {row['resource']!r} matches every resource; name the resource or a part of it")
        if any(char in row["check"] for char in "*?["):
            raise Refused(f"{where}: a check is named in full, not {row['check']!r}")
        if "where" in row and row["scanner"] != "prowler":
            raise Refused(f"{where}: 'where' is for scans of prowler's only")
        key = (row["scanner"], row["check"], row["resource"])
        if key in seen:
            raise Refused(f"{where}: {' '.join(key)} is there twice")
        seen.add(key)
    return [{**row, "used": 0} for row in rows if row["scanner"] in scanners]


def concerns(row, scan):
    """Whether an exception is about a scan of prowler's, `EXAMPLE/ENVIRONMENT`: about all of them where it says no other."""
    return any(fnmatch.fnmatchcase(scan, part.strip()) for part in row.get("where", "*").split(","))


def excepted(finding, exceptions):
    """Whether an exception has this finding; counts its use."""
    for row in exceptions:
        if row["scanner"] == finding.scanner and row["check"] == finding.check and fnmatch.fnmatchcase(finding.resource, row["resource"]):
            row["used"] += 1
            return True
    return False


def run(command, folder):
    """Runs a scanner in an empty folder, so that no configuration lying about can change its mind."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("CKV_", "CHECKOV_", "CFN_LINT"))}
    variables["HOME"] = str(folder)
    # checkov gives up on a file after ten seconds, and says no more than that it could not read it: too few where others build.
    variables["HCL_PARSE_TIMEOUT_SEC"] = "300"
    return subprocess.run([str(part) for part in command], cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def refuse_settings(folder):
    """An export must not bring a scanner's own settings, or comments that skip a check."""
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.name.startswith((".checkov", ".cfnlintrc")):
            raise Refused(f"{path}: an export must not bring settings of a scanner")
        if path.suffix in (".tf", ".json", ".yaml", ".yml") and path.is_file():
            text = path.read_text(encoding="utf-8")
            for sign in ("checkov:skip", "bridgecrew:skip", "ignore_checks", "cfn-lint"):
                if sign in text:
                    raise Refused(f"{path}: {sign!r} inside an export switches a check off; write it into exceptions.yaml instead")


def checkov(name, folder, empty):
    """The findings of checkov on a folder of Terraform."""
    refuse_settings(folder)
    command = [environment("checkov") / "bin" / "checkov", "-d", folder, "--framework", "terraform", "--skip-download", "--compact", "-o", "json"]
    done = run(command, empty)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise Refused(f"checkov on {folder} ended with {done.returncode} and no report:\n{done.stdout}{done.stderr}") from None
    if isinstance(report, list):
        raise Refused(f"checkov on {folder} gave {len(report)} reports where one was expected")
    if "results" not in report:
        raise Refused(f"checkov found nothing to judge in {folder}: the export of {name} is empty")
    results = report["results"]
    if results["parsing_errors"]:
        raise Refused(f"checkov could not read {', '.join(results['parsing_errors'])}")
    if results["skipped_checks"]:
        raise Refused(f"checkov was told to skip {len(results['skipped_checks'])} checks in {folder}")
    found = [
        Finding("checkov", name, row["check_id"], row["resource"], row["file_path"].lstrip("/"), row["file_line_range"][0], row["check_name"])
        for row in results["failed_checks"]
    ]
    return found, len(results["passed_checks"])


def cfn_lint(name, folder, empty):
    """The findings of cfn-lint on the templates of a folder; the resource is the template's logical id."""
    refuse_settings(folder)
    templates = [path for path in sorted(pathlib.Path(folder).rglob("*")) if path.suffix in (".json", ".yaml", ".yml", ".template")]
    resources = 0
    for path in templates:
        # Every tag of CloudFormation's own (!Ref …) is passed over: only the count of resources matters here.
        loader = type("Loader", (yaml.SafeLoader,), {})
        loader.add_multi_constructor("!", lambda *_: None)
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
        resources += len((document or {}).get("Resources", {}))
    if not resources:
        raise Refused(f"cfn-lint found nothing to judge in {folder}: the export of {name} is empty")
    done = run([environment("cfn-lint") / "bin" / "cfn-lint", "--format", "json", "--", *templates], empty)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise Refused(f"cfn-lint on {folder} ended with {done.returncode} and no report:\n{done.stdout}{done.stderr}") from None
    found = []
    for row in report:
        path = row["Location"].get("Path") or []
        resource = str(path[1]) if len(path) > 1 and path[0] == "Resources" else ".".join(map(str, path[:2])) or "template"
        file = os.path.relpath(row["Filename"], folder)
        found.append(Finding("cfn-lint", name, row["Rule"]["Id"], resource, file, row["Location"]["Start"]["LineNumber"], row["Message"]))
    return found, resources


def schema(name, folder, _):
    """The problems that the provider's schema shows; these know no exceptions."""
    script = HERE.parent / "terraform-schema" / "check.py"
    done = subprocess.run([sys.executable, script, folder], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise Refused(f"{script} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    found = []
    for line in done.stdout.splitlines()[:-1]:
        file, number, address, text = line.split(":", 3)
        found.append(Finding("schema", name, "provider-schema", address.strip(), os.path.relpath(file, folder), number, text.strip()))
    return found, 0


def terraform_format(name, folder, empty):
    """The files that `terraform fmt` would write otherwise; these know no exceptions."""
    done = run([shutil.which("terraform"), "fmt", "-check", "-recursive", "-list=true", folder], empty)
    if done.returncode not in (0, 3):
        raise Refused(f"terraform fmt on {folder} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return [Finding("terraform", name, "fmt", "-", os.path.relpath(line, folder), 0, "not in the canonical format") for line in done.stdout.split()], 0


def export(binary, what, name, folder, platform, app):
    """Runs `strata export`."""
    command = [binary, "export", what, "--env", name, folder, "-f", platform, "-f", app]
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def table(rows):
    """Rows as aligned text."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def judge(exports, exceptions, empty):
    """Runs every scanner on every export: the findings that stand, and the numbers of excepted findings and of passed checks."""
    jobs = []
    for kind, name, folder in exports:
        jobs += [(checkov, name, folder), (schema, name, folder)] if kind == "terraform" else [(cfn_lint, name, folder)]
        if kind == "terraform" and shutil.which("terraform"):
            jobs.append((terraform_format, name, folder))
    # The environments first: two threads must not wait for the same one to be made.
    environment("checkov"), environment("cfn-lint")
    standing, used, passed = [], 0, 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for found, fine in pool.map(lambda job: job[0](job[1], job[2], empty), jobs):
            passed += fine
            for finding in found:
                if excepted(finding, exceptions):
                    used += 1
                else:
                    standing.append(finding)
    return standing, used, passed


def report(standing, exceptions, used, passed, count):
    """Prints what stands and the closing line; returns how many failures there are."""
    stale = [row for row in exceptions if not row["used"]]
    if standing:
        heads = ("SCANNER", "ENVIRONMENT", "CHECK", "RESOURCE", "WHERE", "WHAT")
        rows = [(one.scanner, one.environment, one.check, one.resource, f"{one.file}:{one.line}", " ".join(one.text.split())[:110]) for one in sorted(standing)]
        print(table([heads, *rows]))
    for row in stale:
        print(f"stale exception: {row['scanner']} {row['check']} {row['resource']} matches no finding any more; take it out of exceptions.yaml")
    by_whose = collections.Counter(row["whose"] for row in exceptions)
    if exceptions:
        print("exceptions: " + ", ".join(f"{by_whose[whose]} {whose}" for whose in WHOSE if by_whose[whose]) + f" ({used} findings)")
    failures = len(standing) + len(stale)
    print(f"scanners: {count} exports, {passed} checks passed, {used} findings excepted, {failures} failed")
    return failures


def pairs(values, kind):
    """`ENVIRONMENT=DIR` arguments as exports."""
    for value in values:
        name, sign, folder = value.partition("=")
        if not sign or not pathlib.Path(folder).is_dir():
            raise Refused(f"expected ENVIRONMENT=DIR with a folder that exists, not {value!r}")
        yield kind, name, pathlib.Path(folder).resolve()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", type=pathlib.Path, help="the strata to export with")
    parser.add_argument("examples", nargs="*", type=pathlib.Path, metavar="EXAMPLE", help="folders with a platform.yaml and an app.yaml each")
    parser.add_argument("--terraform", action="append", default=[], metavar="ENVIRONMENT=DIR", help="an exported folder")
    parser.add_argument("--cloudformation", action="append", default=[], metavar="ENVIRONMENT=DIR", help="an exported folder")
    parser.add_argument("--exceptions", type=pathlib.Path, default=HERE / "exceptions.yaml")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="export into this folder and leave it there, to look at")
    arguments = parser.parse_args()
    if bool(arguments.binary) != bool(arguments.examples):
        parser.error("--binary and the folders of examples come together")
    try:
        exceptions = load_exceptions(arguments.exceptions)
        with tempfile.TemporaryDirectory(prefix="strata-scanners-") as temporary:
            empty = pathlib.Path(temporary) / "empty"
            empty.mkdir()
            exports = [*pairs(arguments.terraform, "terraform"), *pairs(arguments.cloudformation, "cloudformation")]
            for example in arguments.examples:
                platform, app = example / "platform.yaml", example / "app.yaml"
                for name in yaml.safe_load(app.read_text(encoding="utf-8"))["environments"]:
                    for kind in ("terraform", "cloudformation"):
                        folder = (arguments.keep or pathlib.Path(temporary)).resolve() / kind / example.resolve().name / name
                        folder.mkdir(parents=True, exist_ok=True)
                        export(arguments.binary.resolve(), kind, name, folder, platform, app)
                        exports.append((kind, f"{example.resolve().name}/{name}", folder))
            if not exports:
                parser.error("nothing to judge: give --binary, or --terraform and --cloudformation")
            standing, used, passed = judge(exports, exceptions, empty)
    except Refused as problem:
        sys.exit(f"scanners: {problem}\nscanners: failed")
    sys.exit(1 if report(standing, exceptions, used, passed, len(exports)) else 0)


if __name__ == "__main__":
    main()
