"""Addresses of projects, members, jobs and accounts."""

from django.urls import include, path

from projects.views import (
    account,
    audit,
    deleted,
    demo,
    home,
    invitations,
    job_events,
    jobs,
    members,
    project,
)

project_urls = [
    path("", project.project_home, name="project_home"),
    path("settings/", project.project_settings, name="project_settings"),
    path("delete/", project.project_delete, name="project_delete"),
    path("making/", demo.demo_making, name="demo_making"),
    path("making/remove/", demo.demo_remove, name="demo_remove"),
    path("guide/dismiss/", demo.guide_dismiss, name="guide_dismiss"),
    path("members/", members.project_members, name="project_members"),
    path("members/add/", members.project_member_add, name="project_member_add"),
    path(
        "members/<int:user_id>/change/",
        members.project_member_change,
        name="project_member_change",
    ),
    path(
        "members/<int:user_id>/remove/",
        members.project_member_remove,
        name="project_member_remove",
    ),
    path(
        "invitations/<uuid:invitation_id>/revoke/",
        invitations.project_invitation_revoke,
        name="project_invitation_revoke",
    ),
    path("audit/", audit.project_audit, name="project_audit"),
    path("audit/export/", audit.project_audit_export, name="project_audit_export"),
    path("deleted/", deleted.project_deleted, name="project_deleted"),
    path(
        "deleted/<slug:thing_kind>/<uuid:thing_id>/restore/",
        deleted.thing_restore,
        name="thing_restore",
    ),
    path(
        "deleted/<slug:thing_kind>/<uuid:thing_id>/purge/",
        deleted.thing_purge,
        name="thing_purge",
    ),
    path("jobs/", jobs.job_list_page, name="job_list"),
    path("jobs/<uuid:job_id>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:job_id>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<uuid:job_id>/events/", job_events.job_events, name="job_events"),
    path("jobs/<uuid:job_id>/log/", jobs.job_log, name="job_log"),
    path("jobs/<uuid:job_id>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/retry/", jobs.job_retry, name="job_retry"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("projects/create/", project.project_create, name="project_create"),
    path("demo/", demo.demo_create, name="demo_create"),
    path("projects/<uuid:project_id>/", include(project_urls)),
    path("deleted/", deleted.deleted_projects, name="deleted_projects"),
    path(
        "deleted/<uuid:deleted_id>/restore/",
        deleted.deleted_project_restore,
        name="deleted_project_restore",
    ),
    path(
        "deleted/<uuid:deleted_id>/purge/",
        deleted.deleted_project_purge,
        name="deleted_project_purge",
    ),
    path("jobs/menu/", jobs.jobs_menu, name="jobs_menu"),
    path("account/", account.account, name="account"),
    path("account/tokens/", account.token_create, name="token_create"),
    path("account/tokens/<uuid:token_id>/delete/", account.token_delete, name="token_delete"),
    path("start/<str:secret>/", account.sign_in_link, name="sign_in_link"),
    path("invitations/<str:invitation_secret>/", invitations.invitation, name="invitation"),
]
