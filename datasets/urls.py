"""Addresses of datasets and of what brings them in."""

from django.urls import URLPattern, URLResolver, include, path

from datasets.views import (
    charts,
    checkup,
    columns,
    connections,
    dataset,
    datasets,
    flow,
    history,
    import_losses,
    import_paste,
    imports,
    recipes,
    refresh,
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
    path("append/", refresh.dataset_more, {"mode": "append"}, name="dataset_append"),
    path("refresh/", refresh.dataset_more, {"mode": "refresh"}, name="dataset_refresh"),
    path("history/", history.dataset_history, name="dataset_history"),
    path("history/<int:number>/restore/", history.version_restore, name="version_restore"),
    path("report/", report.dataset_report, name="dataset_report"),
    path("report/rejected/", report.dataset_rejected, name="dataset_rejected"),
]

import_urls = [
    path("", imports.import_start, name="import_start"),
    path("paste/", import_paste.import_paste, name="import_paste"),
    path("<uuid:upload_id>/", imports.import_preview_page, name="import_preview"),
    path("<uuid:upload_id>/run/", imports.import_run, name="import_run"),
    path("<uuid:upload_id>/losses/", import_losses.import_losses, name="import_losses"),
    path("<uuid:upload_id>/discard/", imports.import_discard, name="import_discard"),
]

connection_urls = [
    path("", connections.connection_list_page, name="connection_list"),
    path("new/<slug:source>/", connections.connection_new, name="connection_new"),
    path("new/<slug:source>/test/", connections.connection_test_new, name="connection_test_new"),
    path("<uuid:connection_id>/", connections.connection, name="connection"),
    path(
        "<uuid:connection_id>/settings/", connections.connection_settings,
        name="connection_settings",
    ),
    path("<uuid:connection_id>/test/", connections.connection_test, name="connection_test"),
    path("<uuid:connection_id>/fetch/", connections.connection_fetch, name="connection_fetch"),
    path(
        "<uuid:connection_id>/fetching/", connections.connection_fetching,
        name="connection_fetching",
    ),
    path("<uuid:connection_id>/delete/", connections.connection_delete, name="connection_delete"),
]  # fmt: skip

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
    path("connections/", include(connection_urls)),
    path("uploads/", include(upload_urls)),
    path("recipes/", include(recipe_urls)),
]

urlpatterns = [path("projects/<uuid:project_id>/", include(project_urls))]
