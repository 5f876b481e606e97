"""What every kind of connection must be: found by its file, shown by a form, heavy only at work."""

import subprocess
import sys
from pathlib import Path

import pytest

from datasets.engine.remote import kinds
from datasets.engine.remote.base import Remote, remotes
from datasets.forms.connections import secret_fields, settings_fields
from datasets.services.connections import GROUPS

ALL = remotes.all()
HEAVY = ("pyarrow", "pandas", "duckdb", "boto3", "botocore", "google.cloud", "azure", "pymongo")


def test_one_file_is_one_kind() -> None:
    files = {path.stem for path in Path(kinds.__path__[0]).glob("[a-z]*.py")}
    assert {kind.key for kind in ALL} == files


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_a_kind_says_what_it_asks_for(kind: type[Remote]) -> None:
    assert kind.group in GROUPS
    assert kind.title
    assert kind.help.endswith(".")
    for model in (kind.Settings, kind.Secrets, kind.Item):
        for name, field in model.model_fields.items():
            assert field.title, name
            assert field.description or model is kind.Item, name


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_the_form_has_a_field_for_everything_that_is_asked(kind: type[Remote]) -> None:
    shown = {field.path for field in settings_fields(kind, {}, {})}
    assert shown == {f"settings.{name}" for name in kind.Settings.model_fields}
    hidden = {each.field.path for each in secret_fields(kind, (), {})}
    assert hidden == {f"secrets.{name}" for name in kind.Secrets.model_fields}


def test_to_list_the_kinds_loads_none_of_their_libraries() -> None:
    code = (
        "import sys\nfrom datasets.engine.remote.base import remotes\nremotes.all()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
