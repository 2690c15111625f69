"""Looking things up in synthesised templates by what they are, never by logical id."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    stack: str
    id: str
    type: str
    body: dict[str, Any]
    template: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body.get("Properties", {})
        return found

    def __getitem__(self, name: str) -> Any:
        return self.properties[name]

    def resolve(self, value: Any) -> Any:
        """`value` with what it refers to, as far as the template of this resource says.

        A looked-up name becomes `<its SSM name>`, a resource of the same stack `<its logical id>`.
        """
        return resolve(value, self.template)


@dataclass(frozen=True)
class Assembly:
    templates: dict[str, dict[str, Any]]
    needs: dict[str, set[str]]
    order: list[str]
    protected: set[str]
    """Stacks that cannot be deleted without saying so first."""
    report: list[dict[str, Any]]
    """What each validation plug-in found."""

    def all(self, type_: str, *, stack: str | None = None) -> list[Resource]:
        return [resource for resource in self.resources(stack) if resource.type == type_]

    def resources(self, stack: str | None = None) -> Iterator[Resource]:
        for name, template in self.templates.items():
            if stack in (None, name):
                for id_, body in template["Resources"].items():
                    yield Resource(name, id_, body["Type"], body, template)

    def lookups(self, stack: str) -> set[str]:
        """SSM names that `stack` reads when it is deployed."""
        parameters = self.templates[stack].get("Parameters", {}).values()
        return {
            parameter["Default"]
            for parameter in parameters
            if parameter["Type"].startswith("AWS::SSM::Parameter::Value")
            and not parameter["Default"].startswith("/cdk-bootstrap/")
        }

    def published(self, stack: str) -> set[str]:
        return {parameter["Name"] for parameter in self.all("AWS::SSM::Parameter", stack=stack)}


def resolve(value: Any, template: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [resolve(part, template) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        parameter = template.get("Parameters", {}).get(value["Ref"])
        return f"<{parameter['Default']}>" if parameter else f"<{value['Ref']}>"
    if set(value) == {"Fn::GetAtt"}:
        return f"<{value['Fn::GetAtt'][0]}>"
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return separator.join(str(resolve(part, template)) for part in parts)
    return {key: resolve(part, template) for key, part in value.items()}


def read_assembly(folder: Path) -> Assembly:
    artifacts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    stacks = {name: a for name, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}
    return Assembly(
        templates={
            name: json.loads((folder / a["properties"]["templateFile"]).read_text(encoding="utf-8"))
            for name, a in stacks.items()
        },
        needs={name: set(a.get("dependencies", ())) & set(stacks) for name, a in stacks.items()},
        order=list(stacks),
        protected={name for name, a in stacks.items() if a["properties"].get("terminationProtection")},
        report=json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"],
    )


def statements(assembly: Assembly) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Every statement of every policy that is attached to a role."""
    for policy in assembly.all("AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield policy, statement
    for role in assembly.all("AWS::IAM::Role"):
        for inline in role.properties.get("Policies", ()):
            for statement in inline["PolicyDocument"]["Statement"]:
                yield role, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def of_function(assembly: Assembly, name: str) -> list[dict[str, Any]]:
    """The statements of the role of the function with this physical name."""
    (function,) = (f for f in assembly.all("AWS::Lambda::Function") if f["FunctionName"] == name)
    role = function.resolve(function["Role"])
    return [
        statement
        for policy, statement in statements(assembly)
        if policy.stack == function.stack
        and (
            role == f"<{policy.id}>"
            or role in [policy.resolve(ref) for ref in policy.properties.get("Roles", [])]
        )
    ]
