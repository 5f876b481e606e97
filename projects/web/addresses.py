"""Whose address it is: the one that an account was made with is theirs, others must be confirmed.

People are added to projects by their address: nobody may take one whose mailbox is another's.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import pre_save
from django.dispatch import receiver


@receiver(pre_save, sender=EmailAddress)
def own_address(instance: EmailAddress, **_: Any) -> None:
    """Vouch for the account's own address, so that the sign-in kit asks for proof of another.

    The kit lets an unconfirmed address become the primary one as long as none is confirmed.
    """
    if instance._state.adding and instance.email.lower() == instance.user.email.lower():
        instance.verified = instance.primary = True
