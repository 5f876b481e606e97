"""Access to datasets, their import and their uploads."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from datasets.services.uploads import upload_path, upload_store
from tests.contracts.access_words import (
    API_EDITOR,
    API_OWNER,
    API_PERSON,
    API_VIEWER,
    EDITOR,
    OWNER,
    VIEWER,
)
from tests.contracts.access_world import MARKER, World
from tests.factories.connections import make_connection
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import DOUBLED, make_recipe

CSV = b"id,amount\n1,2.50\n2,3.10\n"

ACCESS = {
    "dataset_list": {"GET": VIEWER},
    "dataset": {"GET": VIEWER},
    "dataset_settings": {"GET": EDITOR, "POST": EDITOR},
    "dataset_delete": {"POST": OWNER},
    "dataset_download": {"GET": VIEWER},
    "dataset_report": {"GET": VIEWER},
    "dataset_rejected": {"GET": VIEWER},
    "dataset_wait": {"GET": VIEWER, "POST": VIEWER},
    "dataset_columns": {"GET": VIEWER},
    "dataset_chart": {"GET": VIEWER},
    "dataset_checkup": {"GET": VIEWER, "POST": VIEWER},
    "dataset_roles": {"POST": EDITOR},
    "checkup_steps": {"POST": EDITOR},
    "dataset_append": {"GET": EDITOR, "POST": EDITOR},
    "dataset_refresh": {"GET": EDITOR, "POST": EDITOR},
    "dataset_history": {"GET": VIEWER},
    "version_restore": {"POST": EDITOR},
    "flow": {"GET": VIEWER},
    "flow_run": {"POST": EDITOR},
    "import_start": {"GET": EDITOR, "POST": EDITOR},
    "import_preview": {"GET": EDITOR, "POST": EDITOR},
    "import_run": {"POST": EDITOR},
    "import_losses": {"POST": EDITOR},
    "import_paste": {"POST": EDITOR},
    "import_discard": {"POST": EDITOR},
    "connection_list": {"GET": EDITOR},
    "connection_new": {"GET": EDITOR, "POST": EDITOR},
    "connection_test_new": {"POST": EDITOR},
    "connection": {"GET": EDITOR},
    "connection_settings": {"GET": EDITOR, "POST": EDITOR},
    "connection_test": {"POST": EDITOR},
    "connection_fetch": {"POST": EDITOR},
    "connection_fetching": {"GET": EDITOR},
    "connection_delete": {"POST": OWNER},
    "upload_collection": {"POST": EDITOR, "OPTIONS": EDITOR},
    "upload_item": dict.fromkeys(("HEAD", "PATCH", "DELETE", "OPTIONS"), EDITOR),
    "recipe_new": {"GET": EDITOR, "POST": EDITOR},
    "recipe": {"GET": VIEWER, "POST": EDITOR},
    "recipe_preview": {"POST": VIEWER},
    "recipe_preview_stop": {"POST": EDITOR},
    "recipe_run": {"POST": EDITOR},
    "recipe_delete": {"POST": OWNER},
    "api:list_datasets": {"GET": API_VIEWER},
    "api:import_dataset": {"POST": API_EDITOR},
    "api:get_dataset": {"GET": API_VIEWER},
    "api:change_dataset": {"PATCH": API_EDITOR},
    "api:delete_dataset": {"DELETE": API_OWNER},
    "api:get_rows": {"GET": API_VIEWER},
    "api:ask_rows": {"POST": API_VIEWER},
    "api:list_rejected": {"GET": API_VIEWER},
    "api:get_chart": {"GET": API_VIEWER},
    "api:get_profile": {"GET": API_VIEWER},
    "api:get_roles": {"GET": API_VIEWER},
    "api:confirm_roles": {"PUT": API_EDITOR},
    "api:get_checkup": {"GET": API_VIEWER},
    "api:preview_checkup": {"POST": API_VIEWER},
    "api:prepare_checkup": {"POST": API_EDITOR},
    "api:append_dataset": {"POST": API_EDITOR},
    "api:refresh_dataset": {"POST": API_EDITOR},
    "api:list_versions": {"GET": API_VIEWER},
    "api:restore_version": {"POST": API_EDITOR},
    "api:download_dataset": {"GET": API_VIEWER},
    "api:upload_file": {"POST": API_EDITOR},
    "api:put_together": {"POST": API_EDITOR},
    "api:preview_upload": {"POST": API_EDITOR},
    "api:list_connection_kinds": {"GET": API_PERSON},
    "api:list_connections": {"GET": API_EDITOR},
    "api:make_connection": {"POST": API_EDITOR},
    "api:get_connection": {"GET": API_EDITOR},
    "api:change_connection": {"PATCH": API_EDITOR},
    "api:delete_connection": {"DELETE": API_OWNER},
    "api:test_connection": {"POST": API_EDITOR},
    "api:browse_connection": {"GET": API_EDITOR},
    "api:fetch_connection": {"POST": API_EDITOR},
    "api:count_losses": {"POST": API_EDITOR},
    "api:list_recipe_kinds": {"GET": API_PERSON},
    "api:create_recipe": {"POST": API_EDITOR},
    "api:get_recipe": {"GET": API_VIEWER},
    "api:change_recipe": {"PATCH": API_EDITOR},
    "api:delete_recipe": {"DELETE": API_OWNER},
    "api:preview_recipe": {"POST": API_EDITOR},
    "api:run_recipe": {"POST": API_EDITOR},
    "api:get_flow": {"GET": API_VIEWER},
    "api:run_flow": {"POST": API_EDITOR},
}


def stored_upload(world: World) -> Any:
    """Give an upload of the owner's, whole."""
    if "upload" not in world.things:
        world.things["upload"] = upload_store(
            project=world.project,
            user=world.project.membership.user,
            name=f"{MARKER}.csv",
            size=len(CSV),
            chunks=[CSV],
        )
    upload = world.things["upload"]
    upload_path(upload=upload).write_bytes(CSV)  # an earlier call may have thrown it away
    return upload


def stored_dataset(world: World) -> Any:
    """Give a dataset of the project."""
    if "dataset" not in world.things:
        name, rejected = f"Dataset {MARKER}", [(1, "Quantity", "many", "not a number")]
        world.things["dataset"] = make_dataset(world.project, name=name, rejected=rejected)
    return world.things["dataset"]


def stored_connection(world: World) -> Any:
    """Give a connection of the project, with a password."""
    if "connection" not in world.things:
        world.things["connection"] = make_connection(world.project, f"Connection {MARKER}")
    return world.things["connection"]


def old_version(world: World) -> Any:
    """Give a version of the dataset that is not the current one."""
    dataset = stored_dataset(world)
    dataset.refresh_from_db()
    if dataset.versions.count() == 1:
        make_version(dataset)
    return dataset.versions.exclude(pk=dataset.current_id).last()


def import_body(world: World) -> dict[str, Any]:
    return {"name": "From a script", "upload": str(stored_upload(world).pk)}


def rows_body(world: World) -> dict[str, Any]:
    """Give a file for the dataset: no worker runs, so that its columns are not compared."""
    return {"upload": str(stored_upload(world).pk)}


def stored_recipe(world: World) -> Any:
    """Give a recipe that reads the dataset."""
    if "recipe" not in world.things:
        made = make_recipe(world.project, [stored_dataset(world)], f"Made {MARKER}")
        world.things["recipe"] = made
    return world.things["recipe"]


def recipe_body(world: World) -> dict[str, Any]:
    inputs = [str(stored_dataset(world).pk)]
    return {"kind": "prepare", "inputs": inputs, "output": "From a script", "params": DOUBLED}


def preview_body(world: World) -> dict[str, Any]:
    return {"kind": "rfm", "input": str(stored_dataset(world).pk)}


BODIES = {
    "import_paste": {"text": "a\tb\n1\t2\n"},
    "recipe_preview": preview_body,
    "api:create_recipe": recipe_body,
    "api:change_recipe": {"name": "Renamed by a script"},
    "api:preview_recipe": {},
    "api:run_recipe": {"upstream": False},
    "api:confirm_roles": {"invoice": "Invoice"},
    "api:preview_checkup": {"checks": ["duplicates"]},
    "api:prepare_checkup": {"checks": ["duplicates"]},
    "connection_fetch": {"item": '{"schema": "public", "table": "orders"}'},
    "api:make_connection": {
        "kind": "http_file",
        "name": "From a script",
        "settings": {"url": "https://example.com/a"},
    },
    "api:change_connection": {"name": "Renamed by a script"},
    "api:fetch_connection": {"item": {"schema": "public", "table": "orders"}},
    "api:change_dataset": {"name": "Renamed by a script"},
    "api:import_dataset": import_body,
    "api:append_dataset": rows_body,
    "api:refresh_dataset": rows_body,
    "api:put_together": lambda world: {"uploads": [str(stored_upload(world).pk)]},
    "api:preview_upload": {"options": {}},
    "api:count_losses": {"columns": ["amount"]},
    "api:upload_file": {"file": SimpleUploadedFile("sent.csv", CSV)},
}

KWARGS = {
    "connection_id": lambda world: stored_connection(world).pk,
    "source": lambda world: "postgresql",
    "dataset_id": lambda world: stored_dataset(world).pk,
    "kind": lambda world: "rfm",
    "number": lambda world: old_version(world).number,
    "recipe_id": lambda world: stored_recipe(world).pk,
    "upload_id": lambda world: stored_upload(world).pk,
}

TUS = {"Tus-Resumable": "1.0.0"}
HEADERS = {"upload_collection": TUS, "upload_item": TUS}

# No worker runs here, so nothing is to be waited for.
PATCHES = {
    "datasets.services.previews.job_wait": lambda job, seconds: job,
    "datasets.services.profiles.job_wait": lambda job, seconds: job,
}
