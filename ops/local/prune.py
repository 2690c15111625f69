"""What the local engine cannot make, taken out of the templates and reported."""

from dataclasses import dataclass
from typing import Any, Final

UNSUPPORTED: Final = {
    "AWS::Events::Archive": "the local engine keeps no archive; replay reads the tables instead",
}
"""Resource type -> why Holdfast runs locally without it. Anything else unknown fails the deployment."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """A resource that stands in the template and not on the local AWS."""

    stack: str
    logical_id: str
    type: str
    reason: str


def prune(stack: str, template: dict[str, Any]) -> tuple[dict[str, Any], list[Pruned]]:
    """The template without unsupported resources, and what was taken out.

    Only `DependsOn` is mended: a reference to a pruned resource fails the deployment, as it should.
    """
    resources: dict[str, Any] = template.get("Resources", {})
    gone = [
        Pruned(stack, name, resource["Type"], UNSUPPORTED[resource["Type"]])
        for name, resource in resources.items()
        if resource["Type"] in UNSUPPORTED
    ]
    if not gone:
        return template, []
    names = {pruned.logical_id for pruned in gone}
    kept = {name: _freed(resource, names) for name, resource in resources.items() if name not in names}
    return {**template, "Resources": kept}, gone


def _freed(resource: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    wanted = resource.get("DependsOn", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    left = [name for name in wanted if name not in gone]
    bare = {key: value for key, value in resource.items() if key != "DependsOn"}
    return {**bare, "DependsOn": left} if left else bare
