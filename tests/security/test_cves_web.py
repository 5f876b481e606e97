"""What happened to others at their addresses and in their forms, tried here."""

import html
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from datasets.engine.types import Column
from datasets.services.uploads import upload_store
from mllab.services.use_cases import use_case_create
from projects.management.first_owner import first_sign_in_link
from projects.models import Project, User
from projects.services.users import user_create
from tests.contracts.access_table import PATCHES
from tests.factories import make_job, make_member, make_project, make_user
from tests.factories.datasets import make_dataset
from tests.factories.recipes import DOUBLED, make_recipe
from tests.factories.uploads import make_upload

JSON: dict[str, Any] = {"content_type": "application/json"}
NOWHERE = "00000000-0000-4000-8000-000000000000"
OUT = (
    "../../../etc/cron.d/x",
    "/etc/passwd",
    "C:\\Windows\\x",
    "..%2f..%2fx",
    "%2e%2e/x",
    "a/../b",
)
SQL_ADDRESS = "x'--;drop/**/table/**/projects_project;@example.org"
SECRETS = ("memberships__user__password", "user__password__startswith", "project__members__email")


@pytest.fixture
def client(owner: User) -> Client:
    made = Client()
    made.force_login(owner)
    return made


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for previews: no worker runs here."""
    for place, value in PATCHES.items():
        monkeypatch.setattr(place, value)


@pytest.fixture
def foreign(db: None) -> Project:
    """Give a project that the person of these tests knows nothing of."""
    return make_project(make_user("stranger@example.org"), name="Secret plan")


def test_the_way_in_is_dead_after_the_first_sign_in(db: None) -> None:
    """CVE-2023-38646: nobody sets an installation up a second time."""
    link = first_sign_in_link("http://testserver")
    again = first_sign_in_link("http://testserver")  # a restart, before anybody came
    path = link.removeprefix("http://testserver")
    assert Client().post(path).status_code == 302
    assert Client().post(path).status_code == 404
    assert first_sign_in_link("http://testserver") == ""
    assert Client().post(again.removeprefix("http://testserver")).status_code == 404
    assert User.objects.count() == 1


def test_text_of_people_is_never_a_template(client: Client, owner: User) -> None:
    """CVE-2020-13948, CVE-2020-13952: braces are braces."""
    name = "{{7*7}}{% debug %}{{request.user.password}}${7*7}#{7*7}<%= 7*7 %>"
    project = make_project(owner, name=name)
    job = make_job(project, title=name, error=name, message=name)
    html = client.get(f"/projects/{project.pk}/jobs/{job.pk}/").text
    assert "{{7*7}}{% debug %}{{request.user.password}}" in html
    assert "argon2" not in html


@pytest.mark.parametrize("column", ['x"; DROP TABLE t; --', "a' OR '1'='1", "[x]", "__row", "1"])
def test_columns_sorts_and_filters_are_never_sql(
    column: str, client: Client, project: Project
) -> None:
    """CVE-2023-49736, CVE-2022-27479, CVE-2024-24772: a name is a name, or it is refused."""
    dataset = make_dataset(project, columns=[Column(column, "integer")], rows=[[3], [1], [2]])
    url = f"/api/v1/datasets/{dataset.pk}/rows"
    rows = client.get(url, {"sort": f"-{column}"}).json()["rows"]
    assert [row[-1] for row in rows] == [3, 2, 1]
    for wrong in (f"{column} desc, (select 1)", '"', "1; select 1", "random()"):
        assert client.get(url, {"sort": wrong}).status_code in (400, 422), wrong
    for formula in (
        "1=1) UNION SELECT 1 --",
        "(select count(*) from input_0) > 0",
        "read_text('x')",
    ):
        assert client.get(url, {"filter": formula}).status_code in (400, 422), formula


def test_sorts_and_filters_do_not_walk_to_other_tables(client: Client, project: Project) -> None:
    """GHSA-6hjj-gq77-j4qw: no word of an address becomes a lookup of the database."""
    make_dataset(project)
    places = ("/", f"/projects/{project.pk}/datasets/", f"/projects/{project.pk}/jobs/")
    api = ("/api/v1/projects", f"/api/v1/projects/{project.pk}/datasets")
    for path in (*places, *api):
        plain = client.get(path).status_code
        for word in SECRETS:
            asked = {"sort": word, word: "a", "order_by": word, "filter": word}
            response = client.get(path, asked)
            assert response.status_code == plain, path


def test_nobody_lists_people(client: Client, project: Project, foreign: Project) -> None:
    """CVE-2021-37839, CVE-2020-1932: who else has an account is nobody's business."""
    paths = (
        "/", "/search/?q=stranger", "/account/", f"/projects/{project.pk}/members/",
        f"/api/v1/projects/{project.pk}/members", "/api/v1/projects", "/api/v1/openapi.json",
    )  # fmt: skip
    for path in paths:
        assert "stranger@example.org" not in client.get(path, follow=True).text, path


def test_things_of_other_projects_cannot_be_named(
    client: Client, owner: User, project: Project, foreign: Project, nobody_waits: None
) -> None:
    """CVE-2026-23982, CVE-2023-45809, CVE-2023-27523: by ids in bodies and queries neither."""
    secret, upload = make_dataset(foreign, "Secret sales"), make_upload(foreign)
    mine = make_dataset(project, "mine")
    recipe = make_recipe(project, [mine])
    use_case = use_case_create(project=project, user=owner, name="Mine", dataset=mine)
    home = f"/api/v1/projects/{project.pk}"
    made = {"kind": "prepare", "inputs": [str(secret.pk)], "output": "copy", "params": DOUBLED}
    tries = [
        ("post", f"{home}/recipes", made),
        ("patch", f"/api/v1/recipes/{recipe.pk}", {"inputs": [str(secret.pk)]}),
        ("post", f"/api/v1/recipes/{recipe.pk}/preview", {"inputs": [str(secret.pk)]}),
        ("post", f"{home}/use-cases", {"name": "q", "dataset": str(secret.pk)}),
        ("patch", f"/api/v1/use-cases/{use_case.pk}", {"dataset": str(secret.pk)}),
        ("post", f"{home}/datasets", {"name": "x", "upload": str(upload.pk)}),
    ]
    for method, path, body in tries:
        response = getattr(client, method)(path, body, **JSON)
        assert response.status_code in (400, 404, 422) or "inputs" not in response.text, path
        assert "Secret" not in response.text, path
    recipe.refresh_from_db(), use_case.refresh_from_db()
    assert list(recipe.inputs.all()) == [mine]
    assert use_case.dataset == mine
    assert project.datasets.count() == 2
    page = client.get(f"/projects/{project.pk}/recipes/new/rfm/?input={secret.pk}")
    assert "Secret sales" not in page.text


def test_viewers_start_nothing_and_an_address_is_never_sql(
    project: Project, nobody_waits: None
) -> None:
    """Redash-26.9.0: whoever only looks runs nothing, whatever their e-mail address says."""
    viewer = make_member(project, "viewer", make_user(SQL_ADDRESS)).user
    recipe = make_recipe(project, [make_dataset(project)])
    browser, home = Client(), f"/projects/{project.pk}"
    browser.force_login(viewer)
    for path in (f"{home}/recipes/{recipe.pk}/run/", f"/api/v1/recipes/{recipe.pk}/run"):
        assert browser.post(f"{path}?q={{{{x}}}}", b"{}", **JSON).status_code == 403, path
    assert not project.jobs.exists()
    assert browser.get(f"{home}/datasets/").status_code == 200
    owner = Client()
    owner.force_login(project.memberships.get(role="owner").user)
    assert SQL_ADDRESS in html.unescape(owner.get(f"{home}/members/").text)
    assert Project.objects.filter(pk=project.pk).exists()


def test_what_is_not_yours_is_not_there(client: Client, project: Project, foreign: Project) -> None:
    """CVE-2026-115496, CVE-2026-115502: the same answer, to the letter; lists hold one's own."""
    job = make_job(foreign, title="Secret job")
    dataset = make_dataset(foreign, "Secret sales")
    there = {"project": foreign.pk, "job": job.pk, "dataset": dataset.pk}
    for address in (
        "/projects/{project}/", "/projects/{project}/jobs/{job}/", "/api/v1/jobs/{job}",
        "/projects/{project}/datasets/{dataset}/download/?format=csv", "/api/v1/jobs/{job}/log",
        "/api/v1/datasets/{dataset}/download?format=csv", "/api/v1/projects/{project}/jobs",
    ):  # fmt: skip
        found = client.get(address.format(**there))
        none = client.get(address.format(**dict.fromkeys(there, NOWHERE)))
        assert (found.status_code, found.content) == (404, none.content), address
    for path in ("/jobs/menu/", "/", "/search/?q=Secret", "/api/v1/projects"):
        response = client.get(path, follow=True)
        assert "Secret plan" not in response.text, path
        assert "Secret job" not in response.text, path


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil", "x:1"])
def test_next_stays_here(target: str, owner: User) -> None:
    """CVE-2021-28125: neither who is signed in nor who signs out is sent elsewhere."""
    client = Client()
    client.force_login(owner)
    assert client.get("/accounts/login/", {"next": target})["Location"] == "/"
    response = client.post("/accounts/logout/", {"next": target})
    assert response["Location"] == "/accounts/login/"


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.xhtml", "x.js"])
def test_an_uploaded_page_is_never_shown(name: str, client: Client, project: Project) -> None:
    """CVE-2023-47115: no address gives a file back as it came; a download is never a page."""
    upload = make_upload(project, "<script>alert(1)</script>;b\n1;2\n", name=name)
    for path in (f"/projects/{project.pk}/uploads/{upload.pk}/", f"/media/{name}", f"/{name}"):
        assert b"<script>alert(1)" not in getattr(client.get(path), "content", b"")
    dataset = make_dataset(project, name=name, rows=[("<script>alert(1)</script>", 1, "1")])
    for form in ("csv", "csv_raw", "parquet", "xlsx"):
        download = client.get(
            f"/projects/{project.pk}/datasets/{dataset.pk}/download/?format={form}"
        )
        assert download.status_code == 200, form
        assert download["Content-Disposition"].startswith("attachment"), form
        assert download["X-Content-Type-Options"] == "nosniff"
        assert not {"html", "svg", "xml;"} & set(re.split(r"[/+ ]", download["Content-Type"]))


def test_a_profile_has_no_fields_of_rights(client: Client, owner: User) -> None:
    """CVE-2026-22033: what a form does not show, it does not take; and nobody else's is there."""
    other = make_user("other@example.org", name="Other")
    before = User.objects.filter(pk=owner.pk).values_list("password", "email", "is_staff").get()
    sent = {
        "name": "New", "is_staff": "on", "is_superuser": "on", "email": "x@example.org",
        "password": "x", "id": other.pk, "user_id": other.pk, "pk": other.pk,
    }  # fmt: skip
    client.post("/account/", sent)
    owner.refresh_from_db(), other.refresh_from_db()
    assert (owner.name, other.name) == ("New", "Other")
    assert (owner.password, owner.email, owner.is_staff) == before
    assert not owner.is_superuser


def test_names_never_become_paths(client: Client, owner: User, data_dir: Path) -> None:
    """CVE-2023-1176, CVE-2023-1177, CVE-2025-11201: folders are named by us, by UUID."""
    for name in OUT:
        project = make_project(owner, name=name)
        dataset = make_dataset(project, name=name)
        where = dataset.current.folder
        assert str(dataset.pk) in where
        assert ".." not in where
        assert (data_dir.resolve() / where).resolve().is_relative_to(data_dir.resolve())
        download = client.get(f"/projects/{project.pk}/datasets/{dataset.pk}/download/?format=csv")
        saved = download["Content-Disposition"]
        assert not set("/\\") & set(saved.split("filename")[-1].replace("%2F", "/").strip('="'))
    for path in ("/projects/../../etc/passwd", "/projects/%2e%2e/%2e%2e/etc/passwd/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/projects", "/projects/create/", "/nothing/here/"])
def test_errors_repeat_nothing_as_html(path: str, client: Client) -> None:
    """CVE-2023-6568: neither the type nor the address of a request comes back as HTML."""
    evil = "<script>alert(1)</script>"
    for response in (
        client.post(path, b"{", content_type=f"text/{evil}"),
        client.post(f"{path}?{evil}", b"{", content_type="application/json"),
        client.get(f"{path}{evil}"),
    ):
        assert response.status_code < 500
        if "html" in response["Content-Type"]:
            assert evil not in response.text
        assert response["X-Content-Type-Options"] == "nosniff"


def test_an_upload_is_not_held_in_memory(project: Project) -> None:
    """CVE-2023-28837: the memory of an upload does not grow with it."""
    size, chunk = 64 * 2**20, bytes(2**20)

    def chunks() -> Iterator[bytes]:
        yield from (chunk for _ in range(size // len(chunk)))

    user = project.membership.user
    tracemalloc.start()
    upload_store(project=project, user=user, name="big.csv", size=size, chunks=chunks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size / 8


@pytest.mark.parametrize(
    "path",
    ["../segplatform/settings.py", "%2e%2e/segplatform/settings.py", "..%2f..%2fetc/passwd",
     "//etc/passwd", "js/../../../manage.py", "%00", "C:\\x"],
)  # fmt: skip
def test_static_files_are_ours_only(path: str, db: None) -> None:
    """CVE-2022-35918, GHSA-cpmr-mw4j-99r7: the static address never leaves its folder."""
    for address in (f"/static/{path}", f"/static../{path}", f"/static{path}"):
        response = Client().get(address)
        assert response.status_code in (302, 400, 404), address
        assert b"SECRET_KEY" not in getattr(response, "content", b"")


def test_people_are_made_without_rights(db: None) -> None:
    """CVE-2023-38646: who is made later is an ordinary person."""
    made = user_create(email="new@example.org")
    member = make_member(make_project(), "viewer", made)
    assert not made.is_superuser
    assert not made.is_staff
    assert not member.allows("editor")
