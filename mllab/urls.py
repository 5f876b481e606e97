"""Addresses of the ML Lab."""

from django.urls import URLPattern, URLResolver, include, path

from mllab.views import compare, experiments, lab, leaderboard, prototype, use_cases

prototype_urls = [
    path("new/", experiments.experiment_new, name="experiment_new"),
    path("sketch/", experiments.experiment_sketch, name="experiment_sketch"),
    path("<uuid:prototype_id>/", prototype.prototype, name="prototype"),
    path("<uuid:prototype_id>/retrain/", prototype.prototype_retrain, name="prototype_retrain"),
    path("<uuid:prototype_id>/delete/", prototype.prototype_delete, name="prototype_delete"),
]

use_case_urls: list[URLPattern | URLResolver] = [
    path("", leaderboard.use_case, name="use_case"),
    path("edit/", use_cases.use_case_edit, name="use_case_edit"),
    path("delete/", use_cases.use_case_delete, name="use_case_delete"),
    path("compare/", compare.compare, name="compare"),
    path("prototypes/", include(prototype_urls)),
]

lab_urls: list[URLPattern | URLResolver] = [
    path("", lab.home, name="lab"),
    path("new/", use_cases.use_case_new, name="use_case_new"),
    path("<uuid:use_case_id>/", include(use_case_urls)),
]

urlpatterns = [path("projects/<uuid:project_id>/lab/", include(lab_urls))]
