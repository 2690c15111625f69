"""Fraud screening by Accertify, ready to use."""

from functools import cache

from oms.partners.accertify import AccertifyScreening
from oms.wiring.secrets import credentials
from oms.wiring.settings import required


@cache
def screening() -> AccertifyScreening:
    secret = credentials()
    return AccertifyScreening(
        required("ACCERTIFY_URL"), secret["accertify_user"], secret["accertify_password"]
    )
