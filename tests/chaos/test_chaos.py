"""A few rounds of chaos on every run of the tests; `make chaos ROUNDS=1000` does many."""

import os
import random
import unittest

from rounds import Rounds


class Chaos(unittest.TestCase):
    """Failing calls and killed processes leave nothing behind."""

    def test_a_few_rounds_hold(self):
        seed = int(os.environ.get("STRATA_CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
        rounds = Rounds(seed)
        self.addCleanup(rounds.world.close)
        for number in range(3):
            with self.subTest(again=f"make chaos ROUNDS={number + 1} SEED={seed}"):
                rounds.round(number)
        rounds.report()
        self.assertGreater(sum(rounds.world.recorder.injected.values()), 10, "faults did strike")


if __name__ == "__main__":
    unittest.main()
