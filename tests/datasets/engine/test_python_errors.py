"""Python recipes that fail, are stopped or cheat: a sentence, the own line, and nothing left."""

from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage.client import Cage
from datasets.engine.cage.outcome import ErrorInfo, Outcome
from datasets.engine.code_run import CodeError, Job, run_code
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.caged import LIMITS, Recorder, Tried, sources


@pytest.mark.parametrize(
    ("code", "sentence", "line"),
    [
        ("x = 1", "without setting output", None),
        ("output = 3", "of type int; put a pandas DataFrame", None),
        ("output = pd.Series([1])", "is a Series", None),
        ("output = pd.DataFrame()", "has no columns", None),
        ("output = pd.DataFrame({1: [2]})", "which is not text", None),
        ('output = pd.DataFrame({" ": [2]})', "empty name", None),
        ('output = pd.DataFrame({"a": [1], "A": [2]})', "differ by capitals only", None),
        ('output = pd.DataFrame([[1, 2]], columns=["a", "a"])', "are called “a”", None),
        ('output = pd.DataFrame({"__row": [1]})', "a name of our own", None),
        ('output = pd.DataFrame({"x" * 201: [1]})', "too long", None),
        ("output = pd.DataFrame({f'c{i}': [1] for i in range(1001)})", "1,001 columns", None),
        ('output = pd.DataFrame({"a": ["x" * 2**21]})', "text of 2.0 MB", None),
        ('output = pd.DataFrame({"a": pd.to_timedelta([1], unit="D")})', "durations", None),
        ('output = pd.DataFrame({"a": [b"x"]})', "holds bytes", None),
        ("x = (", "SyntaxError", 1),
        ("\n\n1 / 0", "line 3: ZeroDivisionError: division by zero", 3),
        ("def f():\n    return nope\n\nf()", "line 2: NameError", 2),
        ('x = 1\ninputs["order"]', "line 2: KeyError: 'order'. The inputs are: “orders”.", 2),
        ('inputs["orders"]["Amuont"]', "KeyError: 'Amuont'. The table has Amount, Customer", 1),
        ('inputs["orders"].groupby("Custmer").size()', "The table has Customer, Date", 1),
        ('inputs["orders"][["Dat"]]', "The table has Date, ", 1),
        ("raise SystemExit(3)", "SystemExit: 3", 1),
        ("raise ValueError('{x} {{7*7}} {seconds:>999}')", "{x} {{7*7}} {seconds:>999}", 1),
        ("x = np.ones(10**11)", "more than 1.0 GB of memory", 1),
        ('open("/etc/passwd")', "PermissionError", 1),
    ],
)
def test_what_is_wrong_is_told_with_the_line(
    cage: Cage, tmp_path: Path, code: str, sentence: str, line: int | None
) -> None:
    with pytest.raises(CodeError) as caught:
        Tried(cage, tmp_path, code, sources(tmp_path))
    assert sentence in str(caught.value)
    assert caught.value.line == line
    assert caught.value.fields["code"] == str(caught.value)
    assert caught.value.fields.get("code.line") == (str(line) if line else None)
    assert not (tmp_path / "out" / "part-0.parquet").exists()


def test_a_file_that_is_no_table_is_refused(cage: Cage, tmp_path: Path) -> None:
    code = """
import pyarrow.parquet as pq
pq.write_table = lambda table, path, **more: open(path, "wb").write(b"PAR1 but not really PAR1")
output = pd.DataFrame({"a": [1]})
"""
    with pytest.raises(CodeError, match="cannot be read"):
        Tried(cage, tmp_path, code, {})


def test_it_stops_when_it_is_cancelled(cage: Cage, tmp_path: Path) -> None:
    class StopSoon(Recorder):
        def step(self, fraction: float, message: str = "") -> None:
            super().step(fraction, message)
            if self.lines:
                raise Cancelled

    work = tmp_path / "work"
    work.mkdir(mode=0o700)
    job = Job("python", {"code": 'print("here")\nwhile True: pass'}, {}, work, LIMITS)
    with pytest.raises(Cancelled):
        run_code(cage, job, tmp_path / "out", StopSoon())
    assert not list(work.iterdir())


class Stopped:
    """A cage in which every run ends in the same way."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def run(self, task: str, args: dict[str, Any], **more: Any) -> Outcome:
        return self.outcome


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("time", "took longer than 20 seconds"),
        ("memory", "took more than 1.0 GB of memory and was stopped. Read fewer columns"),
        ("disk", "wrote more than 0.2 GB"),
        ("files", "more than 2,000 files"),
        ("log", "printed too much"),
        ("refused", "its own words"),
        ("crash", "its own words"),
    ],
)
def test_every_limit_has_its_sentence(tmp_path: Path, reason: str, sentence: str) -> None:
    job = Job("python", {"code": ""}, {}, tmp_path, LIMITS)
    outcome = Outcome(reason, ErrorInfo("Stopped", "its own words", None))
    with pytest.raises(CodeError, match=sentence):
        run_code(Stopped(outcome), job, tmp_path.with_name("out"), NullProgress())
