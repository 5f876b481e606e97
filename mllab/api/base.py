"""The one router of this app: operations on one path must share it, whichever file they are in."""

from ninja import Router

router = Router()
