"""The page of a Python recipe: inputs, templates, preview, saving; with and without JavaScript."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, Recipe
from datasets.services.recipes import PreviewPending
from datasets.services.sandbox import SandboxStatus
from datasets.web import code, recipe_preview
from projects.models import Project
from segplatform.frontend import FILES
from segplatform.kernel.errors import UserError
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CODE = 'output = inputs["orders"]\n'
ANSWER = {
    "columns": [
        {"name": "Invoice", "type": "text", "missing": 0},
        {"name": "Total", "type": "decimal", "missing": 0},
    ],
    "rows": [["A1", "7.50"]],
    "count": 1,
    "log": ["Total: <b>7.5</b>"],
    "seconds": 0.4,
}


@pytest.fixture(autouse=True)
def safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "sandbox_status", lambda: SandboxStatus("ok"))


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project, name="orders")


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def new_url(project: Project, *inputs: Dataset) -> str:
    url = reverse("recipe_new", args=[project.pk, "python"])
    return url + "".join(f"{'&' if n else '?'}input={each.pk}" for n, each in enumerate(inputs))


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def inputs_of(text: str) -> list[str]:
    return re.findall(r'name="input" value="([^"]+)"', text)


def code_of(text: str) -> str:
    found = re.search(r'<textarea id="p-code"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    assert found
    return found[1]


def previewed(client: Client, project: Project, *inputs: Dataset, **sent: Any) -> str:
    body = {"kind": "python", "code": CODE, "input": [str(each.pk) for each in inputs], **sent}
    return text_of(client.post(reverse("recipe_preview", args=[project.pk]), body, headers=HTMX))


def answers(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[dict[str, Any]]:
    """Have previews answer this; give what they were asked."""
    asked: list[dict[str, Any]] = []

    def ask(**what: Any) -> Any:
        asked.append(what)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(recipe_preview, "recipe_preview", ask)
    return asked


def test_a_new_recipe_opens_with_a_script_that_fits_its_input(
    owner: Client, project: Project, orders: Dataset
) -> None:
    text = text_of(owner.get(new_url(project, orders)))
    assert 'inputs["orders"]' in code_of(text)
    assert inputs_of(text) == [str(orders.pk)]
    assert 'value="orders computed"' in text
    found = re.search(r'<script id="code-tables"[^>]*>(.*?)</script>', text)
    assert found
    assert json.loads(found[1])["orders"][0] == {"name": "Invoice", "type": "text"}


def test_it_needs_no_input(owner: Client, project: Project, orders: Dataset) -> None:
    text = text_of(owner.get(new_url(project)))
    assert inputs_of(text) == []
    assert "output =" in code_of(text)
    assert f"add-input:{orders.pk}" in text


def test_modules_are_found_by_a_map_with_the_nonce_before_any_module(
    owner: Client, project: Project, orders: Dataset
) -> None:
    response = owner.get(new_url(project, orders))
    text = response.content.decode()
    found = re.search(r'<script type="importmap" nonce="([^"]+)">(.*?)</script>', text, re.DOTALL)
    assert found
    assert f"'nonce-{found[1]}'" in response["Content-Security-Policy"]
    assert found.start() < text.index('type="module"')
    served = set(json.loads(found[2])["imports"].values())
    modules = {name for name in FILES.values() if name.startswith("codemirror/")}
    assert served == {f"/static/vendor/{name}" for name in modules if name.endswith(".js")}


def test_inputs_are_added_and_removed(owner: Client, project: Project, orders: Dataset) -> None:
    more = make_dataset(project, name="returns")
    sent = {"code": "output = 1", "input": str(orders.pk), "do": f"add-input:{more.pk}"}
    response = owner.post(new_url(project, orders), sent, headers=HTMX)
    text = text_of(response)
    assert inputs_of(text) == [str(orders.pk), str(more.pk)]
    assert "<html" not in text
    assert "returns added." in response["HX-Trigger"]
    assert 'id="code-templates" hx-swap-oob="true"' in text
    sent |= {"input": [str(orders.pk), str(more.pk)], "do": f"remove-input:{orders.pk}"}
    plain = text_of(owner.post(new_url(project, orders), sent))
    assert inputs_of(plain) == [str(more.pk)]
    assert code_of(plain) == "output = 1"


def test_a_dataset_of_another_project_is_not_there(
    owner: Client, project: Project, orders: Dataset
) -> None:
    strange = make_dataset(make_project())
    assert owner.get(new_url(project, strange)).status_code == 404
    sent = {"code": CODE, "do": f"add-input:{strange.pk}"}
    assert owner.post(new_url(project, orders), sent, headers=HTMX).status_code == 404


def test_a_template_takes_the_place_of_the_code(
    owner: Client, project: Project, orders: Dataset
) -> None:
    sent = {"code": "mine", "input": str(orders.pk), "do": "template:rfm"}
    text = text_of(owner.post(new_url(project, orders), sent, headers=HTMX))
    assert "Recency" in code_of(text)
    unknown = owner.post(new_url(project, orders), sent | {"do": "template:nothing"})
    assert code_of(text_of(unknown)) == "mine"


def test_the_preview_shows_rows_log_and_time(
    owner: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, ANSWER)
    body = {"kind": "python", "code": "a = 1\r\noutput = a", "input": str(orders.pk)}
    response = owner.post(reverse("recipe_preview", args=[project.pk]), body, headers=HTMX)
    text = response.content.decode()
    assert asked[0]["params"]["code"] == "a = 1\noutput = a"
    assert asked[0]["inputs"] == [orders]
    assert '<td data-type="decimal" class="is-changed">7.50</td>' in text
    assert "in 0.4 s" in text
    assert "Total: &lt;b&gt;7.5&lt;/b&gt;" in text
    assert re.search(r'id="error-code" hidden hx-swap-oob="true"></p>', text)


def test_an_error_names_its_line(
    owner: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "KeyError: there is no column “Prise”."
    fields = {"code": f"line 7: {words}", "code.line": "7"}
    answers(monkeypatch, UserError(f"line 7: {words}", fields))
    text = previewed(owner, project, orders)
    assert "The script stopped on line 7" in text
    assert f'data-line="7" data-message="{words}" hx-swap-oob="true"' in text
    assert f">{words}</p>" in text


def test_a_preview_that_takes_longer_is_asked_for_again(
    owner: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, PreviewPending("later"))
    text = previewed(owner, project, orders)
    assert 'hx-trigger="load delay:1s"' in text
    assert reverse("recipe_preview_stop", args=[project.pk]) in text


def test_stop_answers_also_where_nothing_runs(owner: Client, project: Project) -> None:
    assert owner.post(reverse("recipe_preview_stop", args=[project.pk])).status_code == 204


def test_save_stores_and_stays(owner: Client, project: Project, orders: Dataset) -> None:
    sent = {"code": CODE, "input": str(orders.pk), "output": "Mine", "do": "save"}
    response = owner.post(new_url(project, orders), sent)
    made = Recipe.objects.get()
    assert response.url == reverse("recipe", args=[project.pk, made.pk])
    assert made.params["code"].strip() == CODE.strip()
    assert not project.jobs.exists()
    more = make_dataset(project, name="returns")
    owner.post(response.url, sent | {"input": [str(more.pk)]})
    assert [each.pk for each in made.inputs.all()] == [more.pk]


def test_what_is_wrong_keeps_the_code(owner: Client, project: Project, orders: Dataset) -> None:
    sent = {"code": CODE, "input": str(orders.pk), "output": "orders", "do": "run"}
    response = owner.post(new_url(project, orders), sent)
    assert response.status_code == 409
    assert code_of(text_of(response)) == CODE


def test_a_viewer_reads_the_code_and_runs_nothing(
    client: Client, project: Project, orders: Dataset
) -> None:
    client.force_login(make_member(project, "viewer").user)
    made = make_recipe(project, [orders], kind="python", params={"code": CODE})
    url = reverse("recipe", args=[project.pk, made.pk])
    text = text_of(client.get(url))
    assert re.search(r'<textarea id="p-code"[^>]* readonly>', text)
    assert "data-code-preview" not in text
    assert client.post(url, {"code": "x", "do": "save"}).status_code == 403
    body = {"recipe": str(made.pk), "code": CODE}
    preview = client.post(reverse("recipe_preview", args=[project.pk]), body, headers=HTMX)
    assert preview.status_code == 403


def test_without_a_sandbox_it_says_why_and_lets_nobody_run(
    owner: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = SandboxStatus("unavailable", "There is no Landlock.")
    monkeypatch.setattr(code, "sandbox_status", lambda: refused)
    text = text_of(owner.get(new_url(project, orders)))
    assert "There is no Landlock." in text
    assert re.search(r'value="run" disabled', text)
    assert re.search(r"data-code-preview disabled", text)


def test_without_walls_every_page_warns(owner: Client, settings: Any) -> None:
    # Another banner may be there: whether the queue server answers is not what is asked here.
    assert "SEGPLATFORM_UNSAFE_NO_SANDBOX" not in text_of(owner.get(reverse("home")))
    settings.UNSAFE_NO_SANDBOX = True
    assert "SEGPLATFORM_UNSAFE_NO_SANDBOX" in text_of(owner.get(reverse("home")))


def test_both_menus_offer_it(owner: Client, project: Project, orders: Dataset) -> None:
    address = reverse("recipe_new", args=[project.pk, "python"])
    flow = text_of(owner.get(reverse("flow", args=[project.pk])))
    assert f'href="{address}"' in flow
    assert f'href="{address}?input={orders.pk}"' in flow
