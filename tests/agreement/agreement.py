#!/usr/bin/env python3
"""Asks checkov about every break of a control, in one run, and writes what we and checkov say into docs/agreement.md.

    tests/agreement/agreement.py            compares and fails where a disagreement is not explained in `explained.yaml`
    tests/agreement/agreement.py --write    also writes docs/agreement.md anew
    tests/agreement/agreement.py --trees DIR  uses trees that are there already

`crates/policy/tests/all/agreement.rs` exports each break as Terraform, before and after (cargo test with STRATA_AGREEMENT_DIR). That we say so is proven
by `violations.rs` beside it: every break there is met before and violated after. Here checkov must say the same of each of its checks that the control
names: nothing failed before at the resources that the check speaks of, and something after.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "agreement.md"
# What follows in the document is about prowler, and written by tests/sabotage.
MARK = "<!-- prowler:"
AGREES, EARLIER, BLIND, SILENT, REFUSED = "both say so", "failed before", "passes it", "has nothing to judge", "has no export"


def trees(folder):
    """Exports every break."""
    # Of the whole workspace, as `make test` builds it: a package alone has other features, and would be compiled once more.
    command = ["cargo", "test", "--locked", "--quiet", "--workspace", "--test", "all", "agreement"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "STRATA_AGREEMENT_DIR": str(folder)}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"agreement: {' '.join(command)} failed\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def checkov(folder, checks):
    """What checkov found: (tree, before or after) -> check -> (failed resources, passed resources)."""
    home = subprocess.run([ROOT / "tests" / "tools" / "environment", "checkov"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    command = [f"{home}/bin/checkov", "-d", folder, "--framework", "terraform", "--compact", "--skip-download", "-o", "json", "--check", ",".join(sorted(checks))]
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"agreement: checkov ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    results = json.loads(done.stdout)["results"]
    found = collections.defaultdict(lambda: collections.defaultdict(lambda: (set(), set())))
    for place, rows in ((0, results["failed_checks"]), (1, results["passed_checks"])):
        for row in rows:
            parts = pathlib.PurePath(row["file_path"]).parts
            index = parts.index("before") if "before" in parts else parts.index("after")
            found[int(parts[index - 1]), parts[index]][row["check_id"]][place].add(row["resource"])
    return found


def verdict(one, check, found):
    """What checkov says of a break, by one of its checks."""
    if one["refused"]:
        return REFUSED
    before, after = found[one["number"], "before"][check], found[one["number"], "after"][check]
    if after[0] - before[0]:
        return AGREES
    if after[0]:
        return EARLIER
    return BLIND if after[1] else SILENT


def explanations():
    """The written reason for each disagreement: (control, check) -> whose gap, reason."""
    rows = yaml.safe_load((HERE / "explained.yaml").read_text(encoding="utf-8")) or []
    return {(row["control"], row["check"]): row for row in rows}


def compare(folder):
    """(control, check) -> (verdicts of its breaks)."""
    breaks = json.loads((folder / "breaks.json").read_text(encoding="utf-8"))
    found = checkov(folder / "trees", {check for one in breaks for check in one["checkov"]})
    pairs = collections.defaultdict(list)
    for one in breaks:
        for check in one["checkov"]:
            pairs[one["control"], check].append((one, verdict(one, check, found)))
    return dict(sorted(pairs.items()))


def summary(verdicts):
    """A pair agrees where one of its breaks is said by both."""
    words = [word for _, word in verdicts]
    return next(word for word in (AGREES, BLIND, EARLIER, SILENT, REFUSED) if word in words)


def document(pairs, explained):
    """The page."""
    agreeing = [pair for pair, verdicts in pairs.items() if summary(verdicts) == AGREES]
    unexplained = sum(row["whose"] == "open" for row in explained.values())
    lines = [
        "# Agreement with other scanners",
        "",
        "What checkov says of the same mistakes, for every control that names a check of its as equivalent. Each way to break a control in",
        "`crates/policy/tests/all/breaks.rs` is made in the graph of the example, exported as Terraform before and after, and judged by both. We say 'met' before",
        "and 'violated' after in every row: a test requires it.",
        "",
        "Written by `make test-agreement WRITE=1`; `make test-agreement` compares.",
        "",
        f"{len(pairs)} pairs of a control and a check: {len(agreeing)} agree; of the other {len(pairs) - len(agreeing)}, {unexplained} are not looked into yet, and the rest are explained.",
        "",
        "| control | checkov | breaks | both say so | what checkov says otherwise |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (control, check), verdicts in pairs.items():
        count = collections.Counter(word for _, word in verdicts)
        others = ", ".join(f"{word} ({number})" for word, number in sorted(count.items()) if word != AGREES)
        lines.append(f"| [{control}](controls/{control}.md) | {check} | {len(verdicts)} | {count[AGREES]} | {others} |")
    lines += ["", "A check may look at one part of what a control asks: it agrees where one break of the control is said by both.", ""]
    lines += ["## Disagreements", "", "| control | checkov | what it says | whose gap | why |", "| --- | --- | --- | --- | --- |"]
    for pair, verdicts in pairs.items():
        if summary(verdicts) != AGREES:
            row = explained.get(pair, {"whose": "?", "reason": "not explained"})
            lines.append(f"| {pair[0]} | {pair[1]} | it {summary(verdicts)} | {row['whose']} | {row['reason']} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/agreement.md anew")
    parser.add_argument("--trees", type=pathlib.Path, help="a folder with exported trees")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strata-agreement-") as temporary:
        folder = arguments.trees or pathlib.Path(temporary)
        if not arguments.trees:
            trees(folder)
        pairs = compare(folder)
    explained = explanations()
    problems = []
    for pair, verdicts in pairs.items():
        agrees = summary(verdicts) == AGREES
        if not agrees and pair not in explained:
            problems.append(f"{pair[0]} and {pair[1]} disagree without a reason: checkov {summary(verdicts)}")
        if agrees and pair in explained:
            problems.append(f"{pair[0]} and {pair[1]} agree: take the explanation out")
    problems += [f"{pair[0]} and {pair[1]} are explained and are no pair any more" for pair in explained if pair not in pairs]
    text = document(pairs, explained)
    above, mark, below = DOCUMENT.read_text(encoding="utf-8").partition(MARK)
    if arguments.write:
        DOCUMENT.write_text(text + mark + below, encoding="utf-8")
    elif above != text:
        problems.append("docs/agreement.md says something else: tests/agreement/agreement.py --write")
    agreeing = sum(summary(verdicts) == AGREES for verdicts in pairs.values())
    print("\n".join([*problems, f"agreement: {len(pairs)} pairs, {agreeing} agree, {len(pairs) - agreeing} do not, {len(problems)} problems"]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
