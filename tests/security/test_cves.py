"""The table of advisories is whole, and what our code never does: programs as data, shells."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.security.cve_later import NOT_HERE
from tests.security.cve_table import ROWS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
APPS = ("segplatform", "projects", "datasets", "mllab")
# A release stands for its advisories where they have no ids.
NAME = r"CVE-\d{4}-\d{4,7}|GHSA(?:-[0-9a-z]{4}){3}|Redash-\d+\.\d+\.\d+"
ID = re.compile(rf"(?:{NAME})$")
# Only here is a person's program run: in the cage, whose tests are in tests/datasets/cage.
CAGED = "datasets/engine/cage/"
PROGRAMS_AS_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "skops", "shelve",
                    "marshal", "torch", "jinja2", "mako"}  # fmt: skip
PATHS = re.compile(r"path|url|uri|host|dsn|jdbc|connection|driver|address|server|folder|dir$")
SWITCHES = re.compile(r"sandbox|unsafe|debug|secret|superuser|staff|permission|is_active|password")
IDS = [row.ids.split()[0] for row in ROWS]


@cache
def code() -> list[tuple[str, ast.Call | ast.Import | ast.ImportFrom]]:
    """Give every call and every import of ours, with its file."""
    return [
        (str(path.relative_to(ROOT)), node)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call | ast.Import | ast.ImportFrom)
    ]


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Give each call of something that has a plain name: file, name as written, the call."""
    for file, node in code():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield file, ast.unparse(node.func), node


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_every_proof_is_there(row: Any) -> None:
    assert row.proofs
    assert all(ID.match(one) for one in row.ids.split())
    for proof in row.proofs:
        file, name = proof.split("::")
        assert f"def {name}(" in (ROOT / file).read_text(), proof


def test_each_advisory_is_named_once_here_and_once_in_the_document() -> None:
    ours = [one for row in ROWS for one in row.ids.split()]
    later = [one for ids in NOT_HERE.values() for one in ids.split()]
    listed = re.findall(NAME, DOCUMENT.read_text())
    assert len(ours) == len(set(ours))
    assert not set(ours) & set(later)
    assert set(listed) == set(ours) | set(later)


def test_no_code_path_loads_a_program_as_data() -> None:
    """CVE-2024-37055 to 37060, CVE-2026-96775, CVE-2025-54412: no switch, there is no loader."""
    imported = {
        (file, name.split(".")[0])
        for file, node in code()
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }  # fmt: skip
    assert {(file, name) for file, name in imported if name in PROGRAMS_AS_DATA} == set()
    loads = 0
    for file, name, call in calls():
        where = f"{file}:{call.lineno} {name}"
        assert not name.endswith(("read_pickle", "to_pickle", "yaml.load", "from_string")), where
        if name in ("eval", "exec", "compile"):
            assert file == f"{CAGED}task_python.py", where
        if name in ("np.load", "numpy.load", "np.save"):
            loads += 1
            words = {word.arg: ast.unparse(word.value) for word in call.keywords}
            assert words.get("allow_pickle") == "False", where
    assert loads > 5


def test_no_code_path_starts_a_shell() -> None:
    """CVE-2020-11978 and those after it: nothing that is typed can be read by a shell."""
    for file, name, call in calls():
        where = f"{file}:{call.lineno} {name}"
        assert name not in ("os.system", "os.popen", "subprocess.getoutput"), where
        assert "shell" not in {word.arg for word in call.keywords}, where


def asked() -> Iterator[tuple[str, str]]:
    """Give the name of each parameter and each field of a body of the API, with its operation."""
    schema = Client().get("/api/v1/openapi.json").json()
    shapes = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                yield f"{method} {path}", parameter["name"]
            for media in operation.get("requestBody", {}).get("content", {}).values():
                body = media["schema"]
                body = shapes[body["$ref"].rsplit("/", 1)[-1]] if "$ref" in body else body
                for name in body.get("properties", {}):
                    yield f"{method} {path}", name


def test_no_field_takes_a_path_or_an_address(db: None) -> None:
    """CVE-2023-6038, CVE-2024-5986, CVE-2021-41277: the server opens what it named itself.

    Where a connection leads is told once, in the settings of its kind, and judged by the guard of
    the fetching process; everything else names it by its id.
    """
    found = [each for each in asked() if each[1] != "connection_id"]
    assert len(found) > 100
    assert [each for each in found if PATHS.search(each[1])] == []


def test_no_field_sets_a_safety_switch(db: None) -> None:
    """CVE-2024-45595, CVE-2024-55890: what keeps people safe is not set by the web.

    The secrets of a connection are credentials for another server, which are only ever written.
    """
    found = [each for each in asked() if SWITCHES.search(each[1])]
    assert {name for _, name in found} == {"secrets"}
    assert all("/connections" in operation for operation, _ in found)


def test_a_parquet_file_with_a_program_in_it_is_only_data(tmp_path: Path) -> None:
    """CVE-2023-47248: the type that carries a program loads as the plain numbers under it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ran = tmp_path / "ran"
    program = f"cbuiltins\nexec\n(S'open({str(ran)!r}, \"w\").close()'\ntR.".encode()
    metadata = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": program,
    }
    field = pa.field("x", pa.int64(), metadata=metadata)
    path = tmp_path / "evil.parquet"
    pq.write_table(pa.table([pa.array([1, 2])], schema=pa.schema([field])), path)
    table = pq.read_table(path)
    assert table.column("x").to_pylist() == [1, 2]
    assert table.schema.field("x").type == pa.int64()
    assert not ran.exists()
