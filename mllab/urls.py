"""Addresses of the ML Lab."""

from django.urls import URLPattern, URLResolver, include, path

from mllab.views import (
    combine,
    compare,
    customers,
    cut,
    experiments,
    find_k,
    lab,
    leaderboard,
    model_file,
    prototype,
    segmentations,
    segments,
    use_cases,
    value_check,
    within,
)

prototype_urls = [
    path("new/", experiments.experiment_new, name="experiment_new"),
    path("sketch/", experiments.experiment_sketch, name="experiment_sketch"),
    path("find-k/", find_k.find_k, name="find_k"),
    path("<uuid:prototype_id>/", prototype.prototype, name="prototype"),
    path("<uuid:prototype_id>/retrain/", prototype.prototype_retrain, name="prototype_retrain"),
    path("<uuid:prototype_id>/model/", model_file.prototype_model, name="prototype_model"),
    path("<uuid:prototype_id>/cut/", cut.prototype_cut, name="prototype_cut"),
    path("<uuid:prototype_id>/vary/", cut.prototype_vary, name="prototype_vary"),
    path("<uuid:prototype_id>/delete/", prototype.prototype_delete, name="prototype_delete"),
    path("<uuid:prototype_id>/by-hand/", prototype.prototype_by_hand, name="prototype_by_hand"),
    path("<uuid:prototype_id>/value/", value_check.prototype_value, name="prototype_value"),
    path(
        "<uuid:prototype_id>/value/run/",
        value_check.prototype_value_run,
        name="prototype_value_run",
    ),
    path("<uuid:prototype_id>/select/", customers.prototype_select, name="prototype_select"),
    path("<uuid:prototype_id>/promote/", segments.prototype_promote, name="prototype_promote"),
    path("<uuid:prototype_id>/segments/<int:label>/", segments.segment_edit, name="segment_edit"),
    path(
        "<uuid:prototype_id>/segments/<int:label>/within/",
        within.segment_within,
        name="segment_within",
    ),
    path(
        "<uuid:prototype_id>/customers/", customers.prototype_customers, name="prototype_customers"
    ),
    path(
        "<uuid:prototype_id>/customers/download/",
        customers.prototype_download,
        name="prototype_download",
    ),
]

use_case_urls: list[URLPattern | URLResolver] = [
    path("", leaderboard.use_case, name="use_case"),
    path("edit/", use_cases.use_case_edit, name="use_case_edit"),
    path("delete/", use_cases.use_case_delete, name="use_case_delete"),
    path("compare/", compare.compare, name="compare"),
    path("combine/", combine.combine, name="use_case_combine"),
    path("act/", leaderboard.use_case_act, name="use_case_act"),
    path("export/", leaderboard.use_case_export, name="use_case_export"),
    path("report/", leaderboard.use_case_report, name="use_case_report"),
    path("prototypes/", include(prototype_urls)),
]

lab_urls: list[URLPattern | URLResolver] = [
    path("", lab.home, name="lab"),
    path("new/", use_cases.use_case_new, name="use_case_new"),
    path("<uuid:use_case_id>/", include(use_case_urls)),
]

segmentation_urls = [
    path("", segmentations.segmentation, name="segmentation"),
    path("edit/", segmentations.segmentation_edit, name="segmentation_edit"),
    path("delete/", segmentations.segmentation_delete, name="segmentation_delete"),
    path("score/", segmentations.segmentation_score, name="segmentation_score"),
    path(
        "versions/<int:number>/restore/",
        segmentations.segmentation_restore,
        name="segmentation_restore",
    ),
]

segments_urls: list[URLPattern | URLResolver] = [
    path("", segmentations.segmentation_list, name="segmentation_list"),
    path("<uuid:segmentation_id>/", include(segmentation_urls)),
]

urlpatterns = [
    path("projects/<uuid:project_id>/lab/", include(lab_urls)),
    path("projects/<uuid:project_id>/segments/", include(segments_urls)),
]
