#!/usr/bin/env python3
"""Lets prowler judge what Strata brings up, and accounts for every finding.

    PYTHON tests/scanners/live.py --binary target/debug/strata                       all scans
    PYTHON tests/scanners/live.py --binary target/debug/strata ticketing/staging     one of them
    PYTHON tests/scanners/live.py --binary target/debug/strata --write               all, and writes down what passed

PYTHON is that of `tests/tools/environment moto`. For each scan it starts an emulator of its own, runs `strata up`, then one full scan of prowler in the
account that the resources stand in. Which check serves which standard is said by prowler's own compliance files.

Failures are: a check of expected/EXAMPLE-ENVIRONMENT.txt that did not pass (also where it was not made at all: what has vanished is not in order);
a finding that exceptions.yaml does not have; an exception that matches nothing any more. Ratios are printed, and never judged.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

import run  # noqa: E402
import world  # noqa: E402

# Scan -> account, and what `up` must be told beside.
SCANS = {
    "ticketing/staging": ("111111111111", []),
    "ticketing/prod": ("222222222222", ["--approve", "prod"]),
    "telehealth/care": ("444444444444", []),
    "estate/prod": ("666666666666", []),
}
# prowler's name of the compliance file -> what people call the standard.
FRAMEWORKS = {
    "pci_4.0": "PCI DSS 4.0",
    "pci_3.2.1": "PCI DSS 3.2.1",
    "hipaa": "HIPAA",
    "soc2": "SOC 2",
    "cis_5.0": "CIS AWS 5.0",
    "nist_800_53_revision_5": "NIST SP 800-53 rev. 5",
}
REGION = "us-east-1"
# What the emulator lacks today. Anything else that ends as not supported is a failure: an expectation must not shrink in silence.
OPEN = ("unsupported",)
# Half a minute on an idle machine; many times that on a busy one.
SCAN_MINUTES = 30

Verdicts = collections.namedtuple("Verdicts", "passed failed findings")


def frameworks(prowler):
    """The checks of each framework, from the compliance files that prowler carries."""
    folder = next(prowler.glob("lib/python3*/site-packages/prowler/compliance/aws"))
    found = {}
    for name in FRAMEWORKS:
        requirements = json.loads((folder / f"{name}_aws.json").read_text(encoding="utf-8"))["Requirements"]
        found[name] = {check for requirement in requirements for check in requirement["Checks"]}
    return found


def ended_in_time(command, variables, folder, seconds):
    """Runs a command to its end."""
    try:
        return subprocess.run(command, env=variables, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as problem:
        raise run.Refused(f"`{' '.join(command)}` did not end within {seconds} seconds") from problem


def bring_up(binary, scan, emulator, folder):
    """`strata up` of an example's environment; returns how many steps were done and how many the emulator lacks."""
    example, environment = scan.split("/")
    files = ROOT / "examples" / example
    (folder / "home").mkdir()
    command = [binary, "up", "--env", environment, "--yes", "--format", "json", "-f", files / "platform.yaml", "-f", files / "app.yaml"]
    command += ["--state", folder / "state", "--endpoint-url", emulator.url, *SCANS[scan][1]]
    variables = {"PATH": os.environ["PATH"], **world.CREDENTIALS, "HOME": str(folder / "home"), "USER": "judge", "NO_COLOR": "1"}
    variables["STRATA_CACHE"] = str(folder / "cache")
    done = ended_in_time([str(part) for part in command], variables, folder, 60 * SCAN_MINUTES)
    if done.returncode != 0:
        raise run.Refused(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    ended = collections.Counter(step["result"]["ended"] for step in json.loads(done.stdout)["run"]["steps"])
    if set(ended) - {"done", *OPEN}:
        raise run.Refused(f"{scan}: `strata up` ended steps as {dict(ended)}")
    return ended


def prowler_scan(prowler, scan, emulator, folder):
    """One full scan in the scan's account; returns prowler's table as dictionaries."""
    account = SCANS[scan][0]
    keys = emulator.session(account).get_credentials()
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(HERE / "resolver"),
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    out = folder / "out"
    out.mkdir()
    command = [prowler / "bin" / "prowler", "aws", "-f", REGION, "--no-banner", "--no-color", "--ignore-exit-code-3"]
    command += ["--output-formats", "csv", "--output-directory", out, "--output-filename", "scan"]
    command += ["--aws-retries-max-attempts", "0", "--log-level", "WARNING", "--log-file", out / "scan.log"]
    done = ended_in_time([str(part) for part in command], variables, folder, 60 * SCAN_MINUTES)
    table = out / "scan.csv"
    if done.returncode != 0 or not table.exists():
        raise run.Refused(f"prowler on {scan} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    csv.field_size_limit(2**30)
    with open(table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    strangers = {row["ACCOUNT_UID"] for row in rows} - {account}
    if strangers or not rows:
        raise run.Refused(f"prowler on {scan} judged {len(rows)} things, in the accounts {sorted(strangers)} beside {account}")
    return rows


def verdicts(rows, checks, scan):
    """What passed, what failed and each finding, of the checks asked for. A check passes where something passed it and nothing failed it."""
    seen = collections.defaultdict(set)
    findings = []
    for row in rows:
        if row["CHECK_ID"] in checks:
            seen[row["CHECK_ID"]].add(row["STATUS"])
            if row["STATUS"] == "FAIL":
                findings.append(run.Finding("prowler", scan, row["CHECK_ID"], row["RESOURCE_UID"], "", 0, row["STATUS_EXTENDED"]))
    failed = {check for check, statuses in seen.items() if "FAIL" in statuses}
    passed = {check for check, statuses in seen.items() if "PASS" in statuses} - failed
    return Verdicts(passed, failed, sorted(set(findings)))


def expected_file(scan):
    """Where the checks of a scan that must pass are listed."""
    return HERE / "expected" / f"{scan.replace('/', '-')}.txt"


def read_expected(path, known):
    """The checks of a list; a check that no framework knows is refused, for it could never vanish."""
    if not path.exists():
        raise run.Refused(f"{path} is missing: --write makes it")
    checks = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    strangers = [check for check in checks if check not in known]
    if strangers or len(set(checks)) != len(checks) or not checks:
        raise run.Refused(f"{path}: expected each check once and by the name of a known one, found {strangers or 'a list that is empty or says one twice'}")
    return set(checks)


def write_expected(path, scan, checks):
    """Writes the list down."""
    head = f"# The checks of prowler that {scan} passes and must go on passing. Written by `make scan WRITE=1`; a line that goes is reviewed.\n"
    path.write_text(head + "".join(f"{check}\n" for check in sorted(checks)), encoding="utf-8")


def account_for(finding, exceptions):
    """Whose gap a finding is; nobody's where no exception has it."""
    for row in exceptions:
        if run.excepted(finding, [row]):
            return row["whose"]
    return None


def score(checks, result, whose):
    """Of one framework: passed, can be judged, and failed checks by whose gap. What the emulator or the scanner gets wrong cannot be judged."""
    gaps = collections.Counter()
    for check in checks & result.failed:
        owners = whose[check]
        # The worst counts: one finding of ours is not made better by ten of the emulator.
        gaps[next(owner for owner in ("nobody", "ours", "customer", "aws", "scanner", "emulator") if owner in owners)] += 1
    passed = len(checks & result.passed)
    judged = passed + sum(count for owner, count in gaps.items() if owner not in ("emulator", "scanner"))
    return passed, judged, gaps


def score_table(lines):
    """The scores as a table of Markdown."""
    heads = ["scan", "standard", "passed", "of judged", "not met: ours", "customer", "AWS", "not judged: emulator", "scanner", "nothing to judge", "checks"]
    rows = [heads, ["---"] * 2 + ["---:"] * (len(heads) - 2), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows) + "\n"


def judge(scan, rows, checks, exceptions):
    """A scan's verdicts, the findings that stand, and the rows of its table."""
    known = set().union(*checks.values())
    result = verdicts(rows, known, scan)
    whose = collections.defaultdict(set)
    standing = []
    for finding in result.findings:
        owner = account_for(finding, exceptions)
        whose[finding.check].add(owner or "nobody")
        if owner is None:
            standing.append(finding)
    lines = []
    for name, title in FRAMEWORKS.items():
        passed, judged, gaps = score(checks[name], result, whose)
        empty = len(checks[name] - result.passed - result.failed)
        cells = [gaps[owner] for owner in ("ours", "customer", "aws", "emulator", "scanner")]
        lines.append([scan, title, passed, judged, *cells, empty, len(checks[name])])
    return result, standing, lines


def write_document(path, lines):
    """Writes the table into the document, between its marks."""
    start, end = "<!-- generated: scores -->\n", "<!-- end -->"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(start)
    after = rest.partition(end)[2]
    if not rest:
        raise run.Refused(f"{path}: the mark {start.strip()!r} is missing")
    path.write_text(f"{before}{start}\n{score_table(lines)}\n{end}{after}", encoding="utf-8")


def one_scan(binary, prowler, scan, keep):
    """Emulator, `strata up`, scan: prowler's table."""
    with tempfile.TemporaryDirectory(prefix="strata-scan-") as temporary:
        folder = pathlib.Path(temporary)
        emulator = world.Emulator(folder)
        try:
            started = time.monotonic()
            ended = bring_up(binary, scan, emulator, folder)
            up = time.monotonic()
            rows = prowler_scan(prowler, scan, emulator, folder)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (folder / "out" / "scan.csv").replace(keep / f"{scan.replace('/', '-')}.csv")
            print(
                f"{scan}: up {up - started:.0f} s ({ended['done']} steps, {ended['unsupported']} that the emulator lacks), "
                f"scan {time.monotonic() - up:.0f} s ({len(rows)} findings)",
                flush=True,
            )
            return rows
        finally:
            emulator.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("scans", nargs="*", metavar="EXAMPLE/ENVIRONMENT", help=f"some of: {', '.join(SCANS)}; all of them if absent")
    parser.add_argument("--binary", type=pathlib.Path, required=True, help="the strata to bring the examples up with")
    parser.add_argument("--write", action="store_true", help="write down what passed, and the table of the document; findings are judged all the same")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="leave prowler's tables in this folder, to look at")
    parser.add_argument("--tables", type=pathlib.Path, metavar="DIR", help="judge the tables that --keep left there, and run nothing")
    arguments = parser.parse_args()
    strangers = [scan for scan in arguments.scans if scan not in SCANS]
    if strangers:
        parser.error(f"unknown: {', '.join(strangers)}")
    scans = arguments.scans or list(SCANS)
    failures, lines = 0, []
    try:
        prowler = run.environment("prowler")
        checks = frameworks(prowler)
        exceptions = run.load_exceptions(HERE / "exceptions.yaml", ("prowler",))
        exceptions = [row for row in exceptions if any(run.concerns(row, scan) for scan in scans)]
        for scan in scans:
            if arguments.tables:
                with open(arguments.tables / f"{scan.replace('/', '-')}.csv", encoding="utf-8", newline="") as file:
                    csv.field_size_limit(2**30)
                    rows = list(csv.DictReader(file, delimiter=";"))
            else:
                rows = one_scan(arguments.binary.resolve(), prowler, scan, arguments.keep and arguments.keep.resolve())
            here = [row for row in exceptions if run.concerns(row, scan)]
            result, standing, table = judge(scan, rows, checks, here)
            lines += table
            path = expected_file(scan)
            if arguments.write:
                write_expected(path, scan, result.passed)
            expected = read_expected(path, set().union(*checks.values()))
            for check in sorted(expected - result.passed):
                what = "fails" if check in result.failed else "is not judged any more: what it judged has vanished"
                print(f"{scan}: {check} must pass, and {what}")
            for finding in standing:
                print(f"{scan}: {finding.check} {finding.resource}: {' '.join(finding.text.split())[:200]}")
            more = sorted(result.passed - expected)
            if more:
                print(f"{scan}: passes and is not in {path.name}: {', '.join(more)}")
            failures += len(expected - result.passed) + len(standing)
    except run.Refused as problem:
        sys.exit(f"scan: {problem}\nscan: failed")
    for row in exceptions:
        if not row["used"]:
            print(f"stale exception: prowler {row['check']} {row['resource']} matches no finding any more; take it out of exceptions.yaml")
            failures += 1
    print(score_table(lines))
    if arguments.write and not arguments.scans:
        write_document(ROOT / "docs" / "scanning.md", lines)
    print(f"scan: {len(scans)} scans, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
