"""The package against the real command, on a small model made here. Needs LOWRANK_COMMAND or lowrank on PATH, and pandas."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import lowrank  # noqa: E402
from models import BERT, write_bert  # noqa: E402


class LowrankTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.root = Path(cls.scratch.name)
        cls.base = write_bert(cls.root / "base")
        cls.tuned = write_bert(cls.root / "tuned", 3.0)
        cls.result = lowrank.analyze(cls.base)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_rows_are_a_frame_with_known_numbers(self):
        frame = self.result.matrices.set_index("matrix")
        self.assertEqual(sorted(frame.index), ["K", "M1", "M2", "O", "Q", "QKV", "V"])
        self.assertAlmostEqual(frame.loc["O", "stable_rank"], 8**0.5, places=9)
        self.assertAlmostEqual(frame.loc["Q", "stable_rank"], 1.0, places=9)
        squares = sum(i * i for i in range(1, 9))
        self.assertAlmostEqual(frame.loc["Q", "frobenius_norm"], squares, places=9)
        self.assertEqual(str(frame["layer"].dtype), "Int64")
        self.assertEqual(str(frame["stable_rank"].dtype), "float64")

    def test_no_file_is_kept_unless_asked_for(self):
        before = sorted(os.listdir(self.root))
        lowrank.analyze(self.base, layers="0")
        self.assertEqual(sorted(os.listdir(self.root)), before)
        out = self.root / "kept"
        lowrank.analyze(self.base, out=out, format="csv,json")
        self.assertTrue((out / "matrices.csv").exists())
        self.assertEqual(lowrank.load(out).raw["kind"], "analysis")

    def test_comparison_has_pairs(self):
        pairs = lowrank.compare(self.base, self.tuned).pairs
        norms = pairs["task_vector.frobenius_norm"]
        self.assertAlmostEqual(norms.max(), 2 * 8**0.5, places=6)

    def test_bounds(self):
        self.assertTrue(lowrank.check(self.base, max=["O.spectral_norm=1"]).empty)
        broken = lowrank.check(self.base, self.tuned, require=["O.spectral_norm<=2", "Q.stable_rank<0.5"])
        self.assertEqual(
            sorted(zip(broken["model"], broken["matrix"], broken["value"].round(9))),
            [("base", "Q", 1.0), ("tuned", "O", 3.0), ("tuned", "Q", 1.0)],
        )

    def test_inspection_lists_tensors(self):
        self.assertEqual(len(lowrank.inspect(self.base).tensors), len(BERT))

    def test_error_is_the_commands_line_and_code(self):
        with self.assertRaises(lowrank.LowrankError) as failed:
            lowrank.analyze(self.root / "nowhere", offline=True)
        self.assertEqual(failed.exception.code, 3)
        self.assertTrue(str(failed.exception).startswith("lowrank: "))

    def test_missing_command_says_what_to_do(self):
        kept = {name: os.environ.pop(name) for name in ("LOWRANK_COMMAND", "PATH", "HOME") if name in os.environ}
        try:
            os.environ.update({"PATH": "/nonexistent", "HOME": "/nonexistent"})
            with self.assertRaisesRegex(FileNotFoundError, "lowrank.install"):
                lowrank.command()
        finally:
            os.environ.update(kept)


if __name__ == "__main__":
    unittest.main()
