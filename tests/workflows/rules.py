"""Every rule that a workflow file has to keep."""

from collections.abc import Callable

from tests.workflows import data_rules, form_rules, house_rules
from tests.workflows.machines import Machine, Violations

Rule = Callable[[Machine], Violations]
OF_AWS: tuple[Rule, ...] = (
    form_rules.fields_are_known,
    form_rules.language_is_jsonata,
    form_rules.states_lead_on,
    form_rules.targets_exist,
    form_rules.names_are_legal,
    form_rules.choices_have_conditions,
    form_rules.integrations_exist,
    form_rules.time_is_limited,
    form_rules.errors_are_well_named,
    form_rules.retries_are_legal,
    form_rules.callbacks_pass_their_token,
    form_rules.branches_are_whole,
    data_rules.expressions_are_readable,
    data_rules.states_are_read_where_they_are,
    data_rules.branches_keep_to_their_variables,
    data_rules.variables_have_names_of_their_own,
)
"""Without these AWS would not take a file, or not run it as it is meant."""
RULES: tuple[Rule, ...] = (
    *OF_AWS,
    form_rules.states_are_reachable,
    data_rules.variables_are_assigned_first,
    house_rules.everything_has_a_comment,
    house_rules.names_are_plain_words,
    house_rules.tasks_have_a_time_out,
    house_rules.tasks_are_retried,
    house_rules.failures_are_caught,
    house_rules.nothing_is_ignored_here,
    house_rules.tables_belong_to_code,
    house_rules.substitutions_are_known,
    house_rules.payloads_fit_their_tasks,
    house_rules.nothing_personal_travels,
)


def violations(checked: Machine) -> list[str]:
    return [text for rule in RULES for text in rule(checked)]
