"""A compliant environment is changed behind Strata's back in more than a hundred ways; each is named and each is repaired.

The table of what was seen is docs/sabotage.md. `STRATA_SABOTAGE_WRITE=1` writes it anew; without, the test compares.
"""

import collections
import os
import unittest

import yaml

import harness
import mutations_account
import mutations_data
import mutations_network
import mutations_search
import mutations_tables
import mutations_workloads
import prowler
from harness import ROOT
from world import WorldCase

DOCUMENT = ROOT / "docs" / "sabotage.md"
AGREEMENT = ROOT / "docs" / "agreement.md"
GROUPS = [
    ("The account's baseline", mutations_account.MUTATIONS),
    ("Networks", mutations_network.MUTATIONS),
    ("Data", mutations_data.MUTATIONS),
    ("Workloads and doors", mutations_workloads.MUTATIONS),
]
# None where the example has neither.
GROUPS += [("Tables and streams", mutations_tables.MUTATIONS)] if mutations_tables.MUTATIONS else []
ALL = [mutation for _, mutations in GROUPS for mutation in mutations]
# What is done only where the environment has such a thing.
SOMETIMES = mutations_search.mutations("env:search_domain.any")


def reasons(file):
    """Name of a mutation -> the written reason."""
    return {row["name"]: row["reason"] for row in yaml.safe_load((ROOT / "tests" / "sabotage" / file).read_text(encoding="utf-8"))}


GAPS = reasons("gaps.yaml")
UNNAMED = reasons("unnamed.yaml")
INTRODUCTION = """# Sabotage

What somebody changes behind Strata's back, and what becomes of it. Every line was done to the example's dev environment on an emulator by boto3, after
`strata up`: `strata drift` names the resource, the field and both values, `strata comply check --live` names the control, and one `strata up` brings the
cloud back to what it was before, read again by boto3. Then `strata drift` finds nothing.

Written by `make test-sabotage WRITE=1`; `make test-sabotage` does all of it again and compares.
"""
BLIND = """## What drift does not look at

- Settings that no resource of Strata's has a property for, such as the web site and the cross-origin rules of a bucket. The account's and the bucket's block of
  public access stand before both.
- Subscriptions of people to alert topics: they are wanted, and made by hand.
- Things that carry no tag of Strata's and lie in nothing that Strata made: another user, another role, another bucket of the account. CloudTrail's alarms tell of
  their making.
"""


class Table(unittest.TestCase):
    """The data, before anything is done with it."""

    def test_names_are_unique_and_gaps_are_of_mutations(self):
        names = collections.Counter(mutation.name for mutation in ALL + SOMETIMES)
        self.assertEqual([name for name, count in names.items() if count > 1], [])
        self.assertEqual(sorted((set(GAPS) | set(UNNAMED)) - set(names)), [])

    def test_there_are_more_than_sixty(self):
        self.assertGreater(len(ALL) - len(GAPS), 100)


class Mutations(WorldCase):
    """One `up`, then batch by batch: all mutations, one `drift`, one live check, one `up`."""

    @classmethod
    def prepare(cls):
        cls.world.up("dev")
        cls.live = cls.world.run("comply", "check", "--live", "--help", cloud=False, expect=None).code == 0
        sabotage = harness.Sabotage(cls.world, cls.live)
        judge = prowler.Prowler(cls.world)
        before, scans = judge.scan(), []
        sabotage.between = judge.scan
        cls.outcomes, cls.batches = {}, []
        searching = mutations_search.of(sabotage.cloud.resources)
        cls.groups = GROUPS + ([("Search engines", searching)] if searching else [])
        cls.all = ALL + searching
        for batch in sorted({mutation.batch for mutation in cls.all}):
            outcomes, done, after, _ = sabotage.batch([mutation for mutation in cls.all if mutation.batch == batch])
            cls.outcomes |= {outcome.mutation.name: outcome for outcome in outcomes}
            cls.batches.append((batch, done, after))
            scans.append(({outcome.control for outcome in outcomes if outcome.control}, sabotage.seen_between))
        cls.pairs = prowler.compare(before, scans)

    def seen(self):
        """The outcomes that the emulator shows."""
        return [outcome for outcome in self.outcomes.values() if outcome.mutation.name not in GAPS]

    def test_the_emulator_shows_all_but_its_gaps(self):
        hidden = {name: outcome.emulator for name, outcome in self.outcomes.items() if outcome.emulator}
        self.assertEqual({name: why for name, why in hidden.items() if name not in GAPS}, {}, "not shown, and no gap is written down")
        self.assertEqual(sorted(set(GAPS) - set(hidden)), [], "the emulator shows these: take them out of gaps.yaml")

    def test_drift_names_each(self):
        self.assertEqual([outcome.mutation.name for outcome in self.seen() if not outcome.drift], [])

    def test_the_live_check_names_the_control_of_each(self):
        if not self.live:
            self.skipTest("this binary has no live check")
        missed = {outcome.mutation.name: outcome.mutation.control for outcome in self.seen() if outcome.mutation.control and not outcome.control}
        self.assertEqual({name: control for name, control in missed.items() if name not in UNNAMED}, {})
        self.assertEqual(sorted(set(UNNAMED) - set(missed)), [], "these are named: take them out of unnamed.yaml")

    def test_one_up_repairs_each(self):
        for batch, done, _ in self.batches:
            self.assertEqual(done.code, 0, f"batch {batch}\n{done}")
        self.assertEqual({outcome.mutation.name: outcome.left for outcome in self.seen() if not outcome.repaired}, {})

    def test_then_there_is_no_drift(self):
        for batch, _, after in self.batches:
            self.assertEqual((after.json()["drifted"], after.json()["strays"]), ([], []), f"batch {batch}")

    def test_the_document_says_what_was_seen(self):
        text = self.document()
        if os.environ.get("STRATA_SABOTAGE_WRITE"):
            DOCUMENT.write_text(text, encoding="utf-8")
        self.assertEqual(DOCUMENT.read_text(encoding="utf-8"), text)

    def test_prowler_says_the_same_or_the_reason_is_written_down(self):
        above, _, below = AGREEMENT.read_text(encoding="utf-8").partition(prowler.MARK)
        text = prowler.section(self.pairs)
        if os.environ.get("STRATA_SABOTAGE_WRITE"):
            AGREEMENT.write_text(above + text, encoding="utf-8")
            below = text.removeprefix(prowler.MARK)
        self.assertEqual(prowler.problems(self.pairs), [])
        self.assertEqual(prowler.MARK + below, text)

    @staticmethod
    def grouped(written):
        """Reasons that several mutations share, under all their names."""
        names = collections.defaultdict(list)
        for name, reason in written.items():
            names[reason].append(name)
        return {", ".join(sorted(of)): reason for reason, of in names.items()}

    def document(self):
        """The page."""
        seen = self.seen()
        named = sum(bool(outcome.drift) for outcome in seen)
        repaired = sum(outcome.repaired for outcome in seen)
        with_control = [outcome for outcome in seen if outcome.mutation.control]
        lines = [INTRODUCTION, f"{len(self.all)} mutations: the emulator shows {len(seen)}; drift names {named} of {len(seen)}, `up` repairs {repaired} of {len(seen)}."]
        if self.live:
            controls = sum(bool(outcome.control) for outcome in with_control)
            lines.append(f"A control speaks of {len(with_control)} of them; the live check names {controls} of {len(with_control)}.")
            lines += [""] + [f"Not named, {name}: {reason}" for name, reason in sorted(self.grouped(UNNAMED).items())]
        for title, mutations in self.groups:
            lines += ["", f"## {title}", "", "| what is done | resource | drift says | control | repaired |", "| --- | --- | --- | --- | --- |"]
            for mutation in mutations:
                outcome = self.outcomes[mutation.name]
                if mutation.name in GAPS:
                    lines.append(f"| {mutation.name} | `{mutation.address.partition(':')[2]}` | not shown by the emulator: {GAPS[mutation.name]} | | |")
                    continue
                drift = outcome.drift.partition(":")[0] or "**nothing**"
                drift = drift if drift.startswith(("it is", "**")) else f"`{drift}`"
                control = mutation.control or ""
                control = f"[{control}](controls/{control}.md)" if control and (outcome.control or not self.live) else f"**{control}: not named**" if control else ""
                lines.append(f"| {mutation.name} | `{mutation.address.partition(':')[2]}` | {drift} | {control} | {'yes' if outcome.repaired else '**no**'} |")
        return "\n".join([*lines, "", BLIND])


if __name__ == "__main__":
    unittest.main()
