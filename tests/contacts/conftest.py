"""What an entry says where it does not matter, and entering it."""

from kooperation.base.db import now
from kooperation.contacts import services

TYPED = {"website": "auenfurt.example", "email": "rathaus@auenfurt.example", "phone": "040 66969-100", "text": "Hallo"}


def enter_profile(municipality, user, *, version=0, **values):
    """An entry stored by a user, with what the test names."""
    return services.save(municipality, TYPED | values, version=version, user=user, at=now())
