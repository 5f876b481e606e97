"""Addresses of datasets and of what brings them in."""

from django.urls import URLPattern, URLResolver, include, path

from datasets.views import (
    charts,
    checkup,
    columns,
    dataset,
    datasets,
    flow,
    history,
    imports,
    recipes,
    report,
    uploads,
    waiting,
)

dataset_urls = [
    path("", dataset.dataset, name="dataset"),
    path("settings/", dataset.dataset_settings, name="dataset_settings"),
    path("delete/", dataset.dataset_delete, name="dataset_delete"),
    path("download/", dataset.dataset_download, name="dataset_download"),
    path("rows/", waiting.dataset_wait, name="dataset_wait"),
    path("columns/", columns.dataset_columns, name="dataset_columns"),
    path("charts/", charts.dataset_chart, name="dataset_chart"),
    path("check-up/", checkup.dataset_checkup, name="dataset_checkup"),
    path("check-up/roles/", checkup.dataset_roles, name="dataset_roles"),
    path("check-up/steps/", checkup.checkup_steps, name="checkup_steps"),
    path("history/", history.dataset_history, name="dataset_history"),
    path("history/<int:number>/restore/", history.version_restore, name="version_restore"),
    path("report/", report.dataset_report, name="dataset_report"),
    path("report/rejected/", report.dataset_rejected, name="dataset_rejected"),
]

import_urls = [
    path("", imports.import_start, name="import_start"),
    path("<uuid:upload_id>/", imports.import_preview_page, name="import_preview"),
    path("<uuid:upload_id>/run/", imports.import_run, name="import_run"),
    path("<uuid:upload_id>/discard/", imports.import_discard, name="import_discard"),
]

upload_urls = [
    path("", uploads.upload_collection, name="upload_collection"),
    path("<uuid:upload_id>/", uploads.upload_item, name="upload_item"),
]

recipe_urls = [
    path("new/<str:kind>/", recipes.recipe_new, name="recipe_new"),
    path("preview/", recipes.recipe_preview, name="recipe_preview"),
    path("preview/stop/", recipes.recipe_preview_stop, name="recipe_preview_stop"),
    path("<uuid:recipe_id>/", recipes.recipe, name="recipe"),
    path("<uuid:recipe_id>/run/", recipes.recipe_run, name="recipe_run"),
    path("<uuid:recipe_id>/delete/", recipes.recipe_delete, name="recipe_delete"),
]

project_urls: list[URLPattern | URLResolver] = [
    path("flow/", flow.flow, name="flow"),
    path("flow/run/", flow.flow_run, name="flow_run"),
    path("datasets/", datasets.home, name="dataset_list"),
    path("datasets/<uuid:dataset_id>/", include(dataset_urls)),
    path("import/", include(import_urls)),
    path("uploads/", include(upload_urls)),
    path("recipes/", include(recipe_urls)),
]

urlpatterns = [path("projects/<uuid:project_id>/", include(project_urls))]
