"""What root hands to the user id of a run: the scratch to write, copies of the inputs to read."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from datasets.engine.cage import handover
from datasets.engine.cage.errors import CageError

ROOT = Path(__file__).parents[3]
UID = 60_999
SYSTEM_PYTHON = Path("/usr/bin/python3")
CODE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from datasets.engine.cage.client import Cage, Setup
cage = Cage(Setup(preload=False))
print(cage.status().identity, cage.status().ok, cage.status().reason)
cage.close()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands folders over")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Give a scratch folder and inputs with one file, on a machine whose runs have an id."""
    monkeypatch.setattr(handover, "cage_uid", lambda: UID)
    scratch, inputs = tmp_path / "scratch", tmp_path / "inputs"
    for folder in (scratch, inputs):
        folder.mkdir(0o700)
    (inputs / "a.parquet").write_text("rows")
    return scratch, inputs


@as_root
def test_scratch_is_given_and_inputs_are_lent(folders: tuple[Path, Path]) -> None:
    scratch, inputs = folders
    handover.hand_over(scratch, inputs)

    modes = [(p.stat().st_uid, p.stat().st_gid, p.stat().st_mode & 0o777) for p in folders]
    file = (inputs / "a.parquet").stat()
    assert modes == [(UID, UID, 0o700), (0, UID, 0o550)]
    assert (file.st_uid, file.st_gid, file.st_mode & 0o777) == (0, UID, 0o440)


@as_root
def test_links_to_datasets_are_not_lent(folders: tuple[Path, Path], tmp_path: Path) -> None:
    scratch, inputs = folders
    dataset = tmp_path / "dataset.parquet"
    dataset.write_text("rows")
    os.link(dataset, inputs / "b.parquet")

    with pytest.raises(CageError, match="plain copy"):
        handover.hand_over(scratch, inputs)
    assert dataset.stat().st_gid == 0
    handover.hand_over(scratch, inputs, linked=True)  # an upload, which is nobody's dataset
    assert (dataset.stat().st_uid, dataset.stat().st_gid) == (0, UID)


def test_nothing_happens_where_runs_keep_our_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "cage_uid", lambda: None)

    handover.hand_over(tmp_path / "not there", None)


@as_root
@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="needs a Python that everybody may read")
def test_the_cage_holds_under_an_id_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    for name in ("__init__.py", "engine/__init__.py"):
        (tmp_path / "datasets" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "datasets" / name).touch()
    shutil.copytree(ROOT / "datasets/engine/cage", tmp_path / "datasets/engine/cage")

    found = subprocess.run(
        [SYSTEM_PYTHON, "-I", "-B", "-c", CODE, tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert found.stdout.split()[:3:2] == ["uid", "True"], found.stdout + found.stderr
