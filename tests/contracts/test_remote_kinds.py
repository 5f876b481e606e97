"""What every kind of remote source must be: described for its form, and light until it is used."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from datasets.engine.remote.base import Remote, Told, remotes

ROOT = Path(__file__).parents[2]
KINDS = [pytest.param(cls, id=cls.key) for cls in remotes.all()]
LIBRARIES = (
    "azure", "bson", "boto3", "botocore", "google.auth", "google.cloud", "psycopg", "pyarrow",
    "pymongo", "pymysql", "requests", "urllib3",
)  # fmt: skip


def test_one_file_is_one_kind() -> None:
    folder = import_module("datasets.engine.remote.kinds").__path__
    assert {cls.key for cls in remotes.all()} == {module.name for module in iter_modules(folder)}


@pytest.mark.parametrize("cls", KINDS)
def test_it_describes_itself(cls: type[Remote]) -> None:
    assert cls.title
    assert cls.help.endswith(".")
    assert cls.group in ("database", "cloud", "web")
    for part in (cls.Settings, cls.Secrets, cls.Item):
        assert issubclass(part, Told)
        assert part.__doc__
        for name, field in part.model_fields.items():
            assert field.title, f"{cls.key}: {name} has no title"
            # An item is chosen from a list; settings and secrets are typed.
            assert field.description or part is cls.Item, f"{cls.key}: {name} has no help"


@pytest.mark.parametrize("cls", KINDS)
def test_what_is_typed_has_an_end(cls: type[Remote]) -> None:
    for part in (cls.Settings, cls.Secrets, cls.Item):
        for name, spec in part.model_json_schema().get("properties", {}).items():
            bounded = {"maxLength", "maximum", "enum", "pattern"} & set(spec)
            assert bounded or spec["type"] == "boolean", f"{cls.key}: {name} may be of any length"


@pytest.mark.parametrize("cls", KINDS)
def test_secrets_are_texts_that_may_be_empty(cls: type[Remote]) -> None:
    for name, field in cls.Secrets.model_fields.items():
        assert field.annotation is str, f"{cls.key}: {name}"
        assert field.default == "", f"{cls.key}: {name} cannot be left as it is"
    json.dumps(cls.Secrets().model_dump())


def test_no_library_is_loaded_before_a_source_is_used() -> None:
    code = (
        "import sys\n"
        "from datasets.engine.remote.base import remotes\n"
        "for kind in remotes.all():\n"
        "    kind.Settings.model_json_schema(), kind.Secrets.model_json_schema()\n"
        f"print([name for name in {LIBRARIES!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
