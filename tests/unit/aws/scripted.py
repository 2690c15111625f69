"""A DynamoDB client that answers from a script and remembers what it was asked."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Scripted:
    """`Dynamo`. Each call takes the next answer; an exception among them is raised."""

    answers: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def _answer(self, **request: Any) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer

    get_item = query = batch_get_item = put_item = update_item = transact_write_items = _answer
