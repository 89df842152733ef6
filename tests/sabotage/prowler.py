"""What prowler says of the same sabotage: for every control that names a check of prowler's as equivalent, whether both say so.

Invariant: a pair of a control and a check agrees only where our live check named the control at a mutation of a batch, and prowler's check failed in that
batch at something that it had not failed at before. What disagrees has its reason in `explained.yaml` beside `tests/agreement`, or is a failure.
"""

import collections
import pathlib
import re
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "scanners"))

import live  # noqa: E402
import run  # noqa: E402

# A scan of the account that the dev environment shares with staging.
SCAN = "ticketing/staging"
EXPLAINED = ROOT / "tests" / "agreement" / "explained_prowler.yaml"
AGREES, EARLIER, BLIND, SILENT = "both say so", "failed before", "passes it", "has nothing to judge"
# Where the part about prowler begins in docs/agreement.md; what is above is written by tests/agreement/agreement.py.
MARK = "<!-- prowler: written by `make test-sabotage WRITE=1` -->\n"


def equivalents():
    """Control -> the checks of prowler that say the same, from the controls' own pages."""
    found = {}
    for page in sorted((ROOT / "docs" / "controls").glob("*.md")):
        line = re.search(r"^- prowler: (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        if line:
            found[page.stem] = re.findall(r"`([a-z0-9_]+)`", line.group(1))
    return found


class Prowler:
    """Scans a world's account with all checks of prowler."""

    def __init__(self, world):
        self.world = world
        self.program = run.environment("prowler")

    def scan(self):
        """Check -> (what failed, what passed)."""
        with tempfile.TemporaryDirectory(prefix="strata-prowler-") as folder:
            folder = pathlib.Path(folder)
            (folder / "home").mkdir()
            rows = live.prowler_scan(self.program, SCAN, self.world.emulator, folder)
        found = collections.defaultdict(lambda: (set(), set()))
        for row in rows:
            if row["STATUS"] in ("FAIL", "PASS"):
                found[row["CHECK_ID"]][row["STATUS"] == "PASS"].add((row["RESOURCE_UID"], row["STATUS_EXTENDED"]))
        return found


def verdict(check, before, after):
    """What a check says of a batch."""
    if after[check][0] - before[check][0]:
        return AGREES
    if after[check][0]:
        return EARLIER
    return BLIND if after[check][1] else SILENT


def compare(before, batches):
    """(control, check) -> verdicts, one a batch in which our live check named the control. `batches` holds what ours named and what prowler saw."""
    pairs = collections.defaultdict(list)
    for control, checks in equivalents().items():
        for named, after in batches:
            if control in named:
                for check in checks:
                    pairs[control, check].append(verdict(check, before, after))
    return dict(sorted(pairs.items()))


def summary(words):
    """A pair agrees where it does in one batch: a check may look at one part of what a control asks."""
    return next(word for word in (AGREES, BLIND, EARLIER, SILENT) if word in words)


def explanations():
    """The written reason for each disagreement."""
    return {(row["control"], row["check"]): row for row in yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or []}


def problems(pairs):
    """What is not as it is written down."""
    explained = explanations()
    found = [f"{pair}: prowler {summary(words)}, and no reason is written down" for pair, words in pairs.items() if summary(words) != AGREES and pair not in explained]
    found += [f"{pair}: both say so; take the explanation out" for pair in explained if pair in pairs and summary(pairs[pair]) == AGREES]
    return found + [f"{pair}: explained, and no pair of the mutations any more" for pair in explained if pair not in pairs]


def section(pairs):
    """The part of docs/agreement.md."""
    explained = explanations()
    agreeing = sum(summary(words) == AGREES for words in pairs.values())
    lines = [
        "",
        "# prowler",
        "",
        "The same of prowler, on the live cloud: each mutation of [sabotage](sabotage.md) whose control the live check names, batch by batch, with one full scan of prowler",
        "before the first and one in each batch. A pair agrees where the check fails at something that it did not fail at before.",
        "",
        f"{len(pairs)} pairs of a control and a check: {agreeing} agree; the reason of each of the other {len(pairs) - agreeing} is below.",
        "",
        "| control | prowler | |",
        "| --- | --- | --- |",
    ]
    lines += [f"| [{control}](controls/{control}.md) | {check} | {summary(words)} |" for (control, check), words in pairs.items()]
    lines += ["", "| control | prowler | what it says | whose gap | why |", "| --- | --- | --- | --- | --- |"]
    for pair, words in pairs.items():
        if summary(words) != AGREES:
            row = explained.get(pair, {"whose": "?", "reason": "not explained"})
            lines.append(f"| {pair[0]} | {pair[1]} | it {summary(words)} | {row['whose']} | {row['reason']} |")
    return MARK + "\n".join(lines) + "\n"
