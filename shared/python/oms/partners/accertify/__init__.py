"""Accertify: fraud screening."""

from oms.partners.accertify._decision import VOCABULARY, Decision, parse_decision
from oms.partners.accertify._request import FieldMap
from oms.partners.accertify._screening import AccertifyScreening

__all__ = ["VOCABULARY", "AccertifyScreening", "Decision", "FieldMap", "parse_decision"]
