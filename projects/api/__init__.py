"""The REST operations of projects, people and jobs."""

from ninja import Router

from projects.api import health, jobs, members, projects, tokens

router = Router()
for module in (health, projects, members, jobs, tokens):
    router.add_router("", module.router)
