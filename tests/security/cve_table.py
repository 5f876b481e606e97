"""What happened to products like ours, and the test that shows that it does not happen here.

One row for each row of docs/security.md, in its order: the ids, what happened, and where the
proof is, as ``file::test``. ``test_cves.py`` fails where a proof is gone, and where the document
and this table differ.
"""

from typing import NamedTuple

SECURITY = "tests/security/"
CENSUS = "tests/contracts/test_access.py::test_it_gives_everybody_what_the_table_says"
ELSEWHERE = "tests/contracts/test_access.py::test_a_thing_is_not_found_under_another_project"
CAGE = "tests/datasets/cage/test_attacks.py::test_no_attempt_gets_through"
HOSTILE = "tests/e2e/test_hostile_names.py::test_nothing_runs_and_nothing_breaks_on_any_page"
KEY = f"{SECURITY}test_headers.py::test_a_key_from_a_manual_does_not_start"
FORMULAS = "tests/datasets/engine/test_formula_refused.py::test_it_refuses"
DUCK = "tests/datasets/engine/test_duck.py::test_it_reaches_nothing_outside_its_paths"
PICK = "tests/datasets/cage/test_pick.py::test_it_is_refused"
NAMES = "tests/datasets/services/test_uploads.py::test_a_hostile_name_is_never_a_path"
EXPORT = "tests/datasets/engine/test_export.py::"
CVES = f"{SECURITY}test_cves.py::"
WEB = f"{SECURITY}test_cves_web.py::"
NO_CODE = f"{CVES}test_no_code_path_loads_a_program_as_data"


class Row(NamedTuple):
    """Advisories of one kind, what happened, and the proofs."""

    ids: str
    what: str
    proofs: tuple[str, ...]


ROWS = (
    Row(
        "CVE-2023-27524 CVE-2021-41192 GHSA-f475-x83m-rx5m",
        "Superset, Redash, Label Studio: a well-known secret key forges sessions",
        (KEY, f"{SECURITY}test_headers.py::test_behind_tls_all_is_secure_and_the_key_is_our_own"),
    ),
    Row(
        "CVE-2024-3408",
        "D-Tale: a fixed key, and what was typed was evaluated",
        (KEY, FORMULAS, NO_CODE),
    ),
    Row(
        "CVE-2023-38646",
        "Metabase: the set-up address stayed open",
        (
            f"{WEB}test_the_way_in_is_dead_after_the_first_sign_in",
            "tests/projects/views/test_sign_in_link.py::test_it_works_once",
        ),
    ),
    Row(
        "CVE-2023-39265",
        "Superset: another spelling of a driver opens local files",
        (DUCK, FORMULAS),
    ),
    Row(
        "CVE-2020-13948 CVE-2020-13952",
        "Superset: text of people went through a template engine",
        (HOSTILE, f"{WEB}test_text_of_people_is_never_a_template"),
    ),
    Row(
        "CVE-2023-49736 CVE-2022-27479 CVE-2024-24772",
        "Superset: SQL by sort order, filter or name of a column",
        (
            f"{WEB}test_columns_sorts_and_filters_are_never_sql",
            "tests/datasets/engine/test_duck.py::test_names_and_texts_survive_quoting",
            FORMULAS,
        ),
    ),
    Row(
        "GHSA-5474-f7g5-273q CVE-2025-48912 CVE-2023-27523",
        "Superset: a nested query reads what its person may not",
        (FORMULAS, DUCK, f"{WEB}test_things_of_other_projects_cannot_be_named"),
    ),
    Row(
        "CVE-2026-23984 CVE-2026-77371",
        "Superset, Redash: a query that writes passes for one that reads",
        (FORMULAS, DUCK, CAGE),
    ),
    Row(
        "CVE-2026-23982",
        "Superset: what is changed later is not checked again",
        (f"{WEB}test_things_of_other_projects_cannot_be_named",),
    ),
    Row(
        "CVE-2021-37839 CVE-2020-1932",
        "Superset: names of columns and people to whoever is signed in",
        (CENSUS, f"{WEB}test_nobody_lists_people"),
    ),
    Row(
        "CVE-2024-27315 GHSA-6v6w-h8m6-7mv2",
        "Superset, Airflow: errors tell what their reader may not see",
        (
            CENSUS,
            "tests/projects/views/test_job_events.py::test_it_ends_for_who_is_no_member_any_more",
        ),
    ),
    Row(
        "CVE-2021-32609 CVE-2021-27907 CVE-2023-49657",
        "Superset: scripts in titles and charts",
        (HOSTILE,),
    ),
    Row(
        "CVE-2021-42250",
        "Superset: forged lines in logs",
        (
            "tests/projects/jobs/test_log.py::test_it_writes_out_what_could_forge_a_line",
            "tests/e2e/test_hostile_names.py::test_a_program_cannot_forge_lines_of_the_log",
        ),
    ),
    Row(
        "CVE-2021-28125",
        "Superset: a link leads elsewhere after the sign-in",
        (
            "tests/projects/views/test_error_pages.py::test_sign_in_never_leads_to_another_host",
            f"{WEB}test_next_stays_here",
        ),
    ),
    Row(
        "CVE-2023-47115",
        "Label Studio: an uploaded page was served as a page",
        (f"{WEB}test_an_uploaded_page_is_never_shown",),
    ),
    Row(
        "GHSA-fq23-g58m-799r CVE-2024-26152 CVE-2025-25296 CVE-2025-47783",
        "Label Studio: scripts in imported data and in a preview by GET",
        (
            HOSTILE,
            "tests/datasets/views/test_import_pages.py::test_hostile_names_and_cells_are_text",
            f"{SECURITY}test_csrf.py::test_nothing_at_all_is_changed_without_the_token",
        ),
    ),
    Row(
        "CVE-2026-22033",
        "Label Studio: script and foreign fields in a profile",
        (
            HOSTILE,
            f"{WEB}test_a_profile_has_no_fields_of_rights",
            f"{SECURITY}test_addresses.py::"
            "test_an_address_that_nobody_confirmed_does_not_become_ones_own",
        ),
    ),
    Row(
        "GHSA-6hjj-gq77-j4qw",
        "Label Studio: a filter walks to the hash of a password",
        (f"{WEB}test_sorts_and_filters_do_not_walk_to_other_tables",),
    ),
    Row(
        "CVE-2025-5173 CVE-2026-59827",
        "label-studio-ml, Metabase: results and models loaded as programs",
        (NO_CODE, PICK),
    ),
    Row(
        "CVE-2026-76083 CVE-2021-43780",
        "Redash: the address of the site from a header of the caller",
        (f"{SECURITY}test_csrf.py::test_a_host_that_is_not_ours_is_refused",),
    ),
    Row(
        "Redash-26.9.0",
        "Redash, 13 advisories of one release: viewers run queries, copies hold what one may not "
        "see, shared pages give keys away, SQL by an e-mail address",
        (
            f"{WEB}test_viewers_start_nothing_and_an_address_is_never_sql",
            f"{WEB}test_things_of_other_projects_cannot_be_named",
            "tests/projects/api/test_tokens.py::test_tokens_of_others_do_not_exist",
            HOSTILE,
        ),
    ),
    Row(
        "CVE-2026-115494",
        "KNIME: X-Forwarded-Host fools the check of forged requests",
        (f"{SECURITY}test_csrf.py::test_a_token_is_not_enough_for_another_site",),
    ),
    Row(
        "CVE-2026-115496 CVE-2026-115502",
        "KNIME: error texts tell names, lists tell the jobs of others",
        (CENSUS, f"{WEB}test_what_is_not_yours_is_not_there"),
    ),
    Row(
        "CVE-2023-51717 CVE-2023-24045 CVE-2018-10732",
        "Dataiku: no check, files by path, accounts by picture",
        (
            CENSUS,
            NAMES,
            f"{SECURITY}test_throttles.py::test_a_reset_answers_alike_whether_the_account_exists",
        ),
    ),
    Row(
        "CVE-2026-123279",
        "Datalore: who may only look runs programs",
        (
            "tests/datasets/services/test_python_runs.py::test_a_viewer_runs_no_code",
            "tests/datasets/api/test_recipes_api.py::"
            "test_a_program_needs_no_input_and_no_viewer_runs_it",
            "tests/projects/jobs/test_run.py::"
            "test_it_does_not_run_for_who_was_made_a_viewer_meanwhile",
        ),
    ),
    Row(
        "CVE-2023-6038 CVE-2024-5986 CVE-2023-6016 CVE-2025-6507 CVE-2026-8751",
        "H2O: files of the server are imported, written and loaded",
        (f"{CVES}test_no_field_takes_a_path_or_an_address", NAMES, NO_CODE),
    ),
    Row("CVE-2023-6013", "H2O: a stored script reads files", (HOSTILE,)),
    Row(
        "CVE-2023-1176 CVE-2023-1177 CVE-2025-11201",
        "MLflow: names lead out of the folder",
        (NAMES, f"{WEB}test_names_never_become_paths"),
    ),
    Row(
        "CVE-2023-6568",
        "MLflow: the type of a request comes back as HTML",
        (f"{WEB}test_errors_repeat_nothing_as_html",),
    ),
    Row("CVE-2024-4263", "MLflow: editors delete", (CENSUS,)),
    Row(
        "CVE-2024-37055 CVE-2024-37056 CVE-2024-37057 CVE-2024-37058 CVE-2024-37059 "
        "CVE-2024-37060 CVE-2026-96775 CVE-2026-96804 CVE-2025-54412 CVE-2022-21797",
        "MLflow, skops, joblib: models are programs",
        (NO_CODE,),
    ),
    Row(
        "CVE-2020-11978 CVE-2022-40127 CVE-2024-45498 CVE-2025-54941",
        "Airflow: the examples run what is typed",
        (f"{CVES}test_no_code_path_starts_a_shell",),
    ),
    Row("GHSA-6m9r-7wrx-xmr6", "Airflow: a GET starts work", (CENSUS,)),
    Row(
        "CVE-2025-68668 CVE-2026-0863 CVE-2026-25115 CVE-2026-27494",
        "n8n: ways out of the Python sandbox",
        (
            CAGE,
            "tests/datasets/cage/test_mutations.py::test_without_the_rule_an_attempt_gets_through",
        ),
    ),
    Row(
        "CVE-2023-46134 CVE-2024-45595 CVE-2024-55890 CVE-2026-27194 CVE-2026-35052 CVE-2023-39631",
        "D-Tale, numexpr: formulas are programs, switches are set by the web, pickles in Redis",
        (
            FORMULAS,
            NO_CODE,
            "tests/projects/jobs/test_enqueue.py::test_it_sends_the_id_only_as_json",
            f"{CVES}test_no_field_sets_a_safety_switch",
        ),
    ),
    Row(
        "CVE-2023-47248",
        "PyArrow: reading a Parquet file runs a program",
        (f"{CVES}test_a_parquet_file_with_a_program_in_it_is_only_data",),
    ),
    Row(
        "CVE-2017-5992",
        "openpyxl: a workbook reads files",
        ("tests/datasets/engine/test_xlsx_hostile.py::test_a_document_type",),
    ),
    Row(
        "CVE-2023-28837",
        "Wagtail: an upload is read whole into memory",
        (f"{WEB}test_an_upload_is_not_held_in_memory",),
    ),
    Row(
        "CVE-2023-45809",
        "Wagtail: a bulk action tells names",
        (ELSEWHERE, f"{WEB}test_things_of_other_projects_cannot_be_named"),
    ),
    Row("CVE-2023-36826", "Sentry: downloads of others by id", (CENSUS, ELSEWHERE)),
    Row(
        "CVE-2022-23485",
        "Sentry: the link of an invitation works again, and for others",
        (
            "tests/projects/views/test_invitations.py::test_it_works_once",
            "tests/projects/views/test_invitations.py::test_it_is_for_nobody_else",
            "tests/projects/views/test_invitations.py::test_it_dies",
        ),
    ),
    Row(
        "CVE-2022-35918",
        "Streamlit: files of the server by the static address",
        (f"{WEB}test_static_files_are_ours_only",),
    ),
    Row(
        "GHSA-cpmr-mw4j-99r7",
        "Label Studio: the proxy's alias leads out of the folder",
        (f"{WEB}test_static_files_are_ours_only",),
    ),
    Row(
        "CVE-2026-9673 CVE-2026-93581",
        "Formulas in exported tables",
        (
            f"{EXPORT}test_its_csv_for_spreadsheets_disarms_formulas_and_only_them",
            f"{EXPORT}test_its_sheet_has_numbers_times_and_texts_and_no_formula",
        ),
    ),
)
