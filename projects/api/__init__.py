"""The REST operations of projects, people and jobs."""

from ninja import Router

from projects.api import (
    audit,
    deleted,
    health,
    invitations,
    jobs,
    members,
    metrics,
    projects,
    tokens,
)

router = Router()
for module in (health, metrics, projects, members, invitations, audit, deleted, jobs, tokens):
    router.add_router("", module.router)
