"""`segplatform backup` and `restore`: a round trip by the commands that an operator types."""

import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from datasets.models import Dataset, DatasetVersion
from datasets.services.datasets import dataset_delete
from projects.services.projects import project_create
from projects.services.users import user_create
from segplatform.backup import LIST
from tests.factories.datasets import make_dataset

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def database() -> Path:
    """Give the file of the test database."""
    if connection.vendor != "sqlite":
        pytest.skip("a dump of PostgreSQL needs its programs: see docs/operations.md")
    return Path(connection.settings_dict["NAME"])


@pytest.fixture
def dataset(database: Path, data_dir: Path) -> Iterator[Dataset]:
    """Save a project with a dataset, and one that is deleted."""
    project = project_create(user=user_create(email="ann@example.com"), name="Shop")
    dataset_delete(dataset=make_dataset(project, name="mistake"))
    yield make_dataset(project, name="orders")
    shutil.rmtree(data_dir / "projects", ignore_errors=True)


def run(database: Path, data: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the test database and a data directory, as an operator does."""
    env = {
        "SEGPLATFORM_DATA_DIR": str(data), "PATH": "/usr/bin:/bin",
        "DATABASE_URL": f"sqlite:///{database}",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *python], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def backup(database: Path, data: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return run(database, data, "-m", "segplatform.cli", "backup", str(file))


def sums(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file of projects in a data directory."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "projects").rglob("*")
        if path.is_file()
    }


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as there:
        return there.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def members(file: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(file) as tar:
        return [(each.name, tar.extractfile(each).read()) for each in tar]  # type: ignore[union-attr]


def packed(file: Path, contents: list[tuple[str, bytes]]) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, content in contents:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


@pytest.fixture
def saved(database: Path, dataset: Dataset, data_dir: Path, tmp_path: Path) -> Path:
    """Back up what there is."""
    done = backup(database, data_dir, tmp_path / "saved.tar")
    assert done.returncode == 0, done.stderr
    return tmp_path / "saved.tar"


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty data directory that the settings name."""
    folder = tmp_path / "new"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(settings, "DATA_DIR", folder)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(folder / "new.sqlite3"))
    return folder


def test_a_round_trip_gives_the_same_rows_files_and_keys(
    saved: Path, database: Path, data_dir: Path, new: Path
) -> None:
    before, key = sums(data_dir), (data_dir / "secret_key").read_text()
    assert len(before) >= 2
    call_command("restore", str(saved))
    assert sums(new) == before
    assert (new / "secret_key").read_text() == key
    private = [new / "secret_key", new / "new.sqlite3", *(new / "projects").rglob("*.parquet")]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
    for table in ("projects_project", "datasets_dataset", "datasets_datasetversion"):
        assert rows(new / "new.sqlite3", table) == rows(database, table) != []
    again = run(
        new / "new.sqlite3", new, "-m", "segplatform.cli", "user", "create", "a@example.com"
    )
    assert again.returncode == 0, again.stderr  # it is an installation that works


def test_a_backup_is_private_whole_and_never_written_over(
    saved: Path, database: Path, data_dir: Path
) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    contents = dict(members(saved))
    told = json.loads(contents.pop(LIST))
    found = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    assert {name: each["sha256"] for name, each in told["files"].items()} == found
    assert {f"data/{name}" for name in sums(data_dir)} < set(found)
    assert not any(name.startswith(("data/queue", "data/tmp", "data/cache")) for name in found)
    assert list((data_dir / "tmp").glob("backup-*")) == []
    before = saved.read_bytes()
    assert "is there already" in backup(database, data_dir, saved).stderr
    assert saved.read_bytes() == before


DELETED_LATER = """
import shutil, sys, django; django.setup()
from pathlib import Path
from django.core.management import call_command
from segplatform import backup
write = backup._write
def write_late(*given):
    shutil.rmtree(sys.argv[1])
    return write(*given)
backup._write = write_late
call_command("backup", sys.argv[2])
"""


def test_what_is_removed_while_the_files_are_read_is_in_the_backup_still(
    dataset: Dataset, database: Path, data_dir: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = DatasetVersion.objects.get(dataset=dataset).folder
    names = sorted(path.name for path in (data_dir / folder).iterdir())
    script = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'segplatform.settings'"
    file = tmp_path / "saved.tar"
    done = run(
        database, data_dir, "-c", script + DELETED_LATER, str(data_dir / folder), str(file)
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (data_dir / folder).exists()
    assert names
    assert {f"data/{folder}/{name}" for name in names} < dict(members(file)).keys()


def test_a_version_without_its_files_makes_no_backup(
    dataset: Dataset, database: Path, data_dir: Path, tmp_path: Path
) -> None:
    shutil.rmtree(data_dir / DatasetVersion.objects.get(dataset=dataset).folder)
    done = backup(database, data_dir, tmp_path / "saved.tar")
    assert "1 folders that the database names are missing" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_restore_refuses_a_folder_and_a_database_that_hold_something(
    saved: Path, new: Path
) -> None:
    (new / "projects").mkdir()
    with pytest.raises(CommandError, match=r"is not empty \(it holds projects\)"):
        call_command("restore", str(saved))
    (new / "projects").rmdir()
    (new / "new.sqlite3").touch()  # the settings' own connection, which has tables
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", str(saved))
    assert (new / "new.sqlite3").read_bytes() == b""


def damaged(saved: Path, how: str) -> Path:
    contents = members(saved)
    told = json.loads(contents[-1][1])
    place = next(i for i, (name, _) in enumerate(contents) if name.startswith("data/projects"))
    name, content = contents[place]
    match how:
        case "changed":
            contents[place] = (name, content[:-1] + b"?")
        case "cut":
            contents = contents[:-1]
        case "missing":
            del contents[place]
        case "outside":
            contents.insert(0, ("../outside", b"x"))
        case "newer":
            told["migrations"].append(["datasets", "9999_later"])
            contents[-1] = (LIST, json.dumps(told).encode())
    return packed(saved.with_name("damaged.tar"), contents)


DAMAGE = {
    "changed": "is not as it was",
    "cut": "its end is missing",
    "missing": "is not as it was",
    "outside": r"it holds '\.\./outside'",
    "newer": "was made by a newer version",
}


def test_restore_puts_nothing_in_place_of_a_damaged_backup(saved: Path, new: Path) -> None:
    for how, says in DAMAGE.items():
        with pytest.raises(CommandError, match=says):
            call_command("restore", str(damaged(saved, how)))
        assert [path.name for path in new.iterdir()] == ["up.lock"], how
        assert not (new.parent / "outside").exists()


def test_restore_says_which_file_is_no_backup(new: Path, tmp_path: Path) -> None:
    (tmp_path / "no.tar").write_bytes(b"no" * 1000)
    with pytest.raises(CommandError, match=r"no\.tar is not a whole backup of Segplatform"):
        call_command("restore", str(tmp_path / "no.tar"))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "none.tar"))
    assert [path.name for path in new.iterdir()] == ["up.lock"]
