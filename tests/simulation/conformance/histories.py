"""Random histories of one table, to be played on any DynamoDB."""

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError
from hypothesis import strategies as st
from oms.aws.items import marshal

Request = dict[str, Any]

_NUMBERS: Final = st.sampled_from(("0", "1", "2", "3", "10", "-1", "1.5")).map(lambda text: {"N": text})
_ODD_NUMBERS: Final = st.sampled_from(("1.50", "007", "-0", "1e2")).map(lambda text: {"N": text})
"""Written as DynamoDB does not write them. In items only: the local engine stores them as they are in updates."""
_TEXTS: Final = st.sampled_from(("", "a", "b", "é")).map(lambda text: {"S": text})
_ORDERED: Final = _NUMBERS | _TEXTS | st.binary(max_size=2).map(lambda content: {"B": content})
_SCALARS: Final = _ORDERED | st.sampled_from(({"BOOL": True}, {"BOOL": False}, {"NULL": True}))
_NESTED: Final = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda content: {"L": content})
        | st.dictionaries(st.sampled_from("xy"), inner).map(lambda content: {"M": content})
    ),
    max_leaves=4,
)
_KEYS: Final = st.builds(
    lambda pk, sk: marshal({"pk": pk, "sk": sk}),
    st.sampled_from("AB"),
    st.sampled_from(("E#1", "E#10", "E#2", "F", "é")),
)
_INDEXED: Final = {
    "status_key": st.sampled_from("xy").map(lambda text: {"S": text}),
    "status_at": st.sampled_from("12").map(lambda text: {"S": text}),
}
_ATTRIBUTES: Final = {
    "version": _NUMBERS | _ODD_NUMBERS,
    "units": _NUMBERS,
    "note": _ORDERED,
    "doc": _NESTED,
    **_INDEXED,
}
_ITEMS: Final = st.builds(
    lambda key, attributes: key | attributes, _KEYS, st.fixed_dictionaries({}, optional=_ATTRIBUTES)
)
_PLACEHOLDERS: Final = {
    ":version": _NUMBERS,
    ":units": _NUMBERS,
    ":note": _ORDERED,
    ":doc": _NESTED,
    ":key": _INDEXED["status_key"],
    ":at": _INDEXED["status_at"],
}
_CONDITIONS: Final = (
    "attribute_not_exists(pk)",
    "attribute_exists(note)",
    "version = :version",
    "version <> :version",
    "doc = :doc OR version = :version",
    "version = :version AND units >= :units",
    "attribute_not_exists(pk) OR #note <= :note AND (units > :units OR version < :version)",
)
_UPDATES: Final = (
    "SET version = :version",
    "SET version = version + :units",
    "SET version = units, units = version",
    "SET #note = if_not_exists(#note, :note), units = if_not_exists(units, :units) - :units",
    "SET status_key = :key, status_at = :at, doc = :doc",
)
_SORTS: Final = ("", " AND begins_with(sk, :sort)", " AND sk >= :sort", " AND sk <= :sort", " AND sk = :sort")


@dataclass(frozen=True)
class Step:
    """A call; its request leaves the table open."""

    method: str
    request: Request

    def played(self, client: Any, table: str) -> Any:
        """What the call answers, all pages of it, or how it is refused."""
        try:
            pages = [self._call(client, table, {})]
            while last := pages[-1].get("LastEvaluatedKey"):
                pages.append(self._call(client, table, {"ExclusiveStartKey": last}))
        except ClientError as error:
            response: Any = error.response
            more = {name: response.get(name) for name in ("Item", "CancellationReasons")}
            return {"Code": response["Error"]["Code"]} | more
        return pages

    def _call(self, client: Any, table: str, more: Request) -> Request:
        answer = getattr(client, self.method)(**_told(self.method, self.request | more, table))
        return {name: content for name, content in answer.items() if name != "ResponseMetadata"}


def _told(method: str, request: Request, table: str) -> Request:
    if method == "transact_write_items":
        writes = request["TransactItems"]
        return {
            "TransactItems": [
                {verb: body | {"TableName": table} for verb, body in write.items()} for write in writes
            ]
        }
    return (
        {"RequestItems": {table: request}} if method == "batch_get_item" else request | {"TableName": table}
    )


@st.composite
def _expressed(draw: st.DrawFn, verb: str) -> Request:
    """The body of a write, with a value for each placeholder that it uses."""
    request: Request = {"Item": draw(_ITEMS)} if verb == "Put" else {"Key": draw(_KEYS)}
    if verb == "Update":
        request["UpdateExpression"] = draw(st.sampled_from(_UPDATES))
    if verb == "ConditionCheck" or draw(st.booleans()):
        request["ConditionExpression"] = draw(st.sampled_from(_CONDITIONS))
        request["ReturnValuesOnConditionCheckFailure"] = draw(st.sampled_from(("ALL_OLD", "NONE")))
    text = request.get("UpdateExpression", "") + request.get("ConditionExpression", "")
    if values := {name: draw(values) for name, values in _PLACEHOLDERS.items() if name in text}:
        request["ExpressionAttributeValues"] = values
    if "#note" in text:
        request["ExpressionAttributeNames"] = {"#note": "note"}
    return request


@st.composite
def _queries(draw: st.DrawFn) -> Request:
    index = draw(st.booleans())
    sort = draw(st.sampled_from(_SORTS))
    if index:
        sort = sort.replace("sk", "status_at")
    values = {":first": draw(st.sampled_from("xy" if index else "AB"))}
    if sort:
        values[":sort"] = draw(st.sampled_from(("1", "2", "E#", "E#1", "E#2", "z")))
    request: Request = {
        "KeyConditionExpression": ("status_key" if index else "pk") + " = :first" + sort,
        "ExpressionAttributeValues": marshal(values),
        "ScanIndexForward": draw(st.booleans()),
    }
    if index:
        request["IndexName"] = "by_status"
    return request | ({"Limit": limit} if (limit := draw(st.integers(0, 3))) else {})


_WRITES: Final = st.sampled_from(("Put", "Update", "Delete", "ConditionCheck")).flatmap(
    lambda verb: _expressed(verb).map(lambda body: {verb: body})
)
_STEPS: Final = st.one_of(
    st.builds(Step, st.just("put_item"), _expressed("Put")),
    st.builds(Step, st.just("update_item"), _expressed("Update")),
    st.builds(Step, st.just("delete_item"), _expressed("Delete")),
    st.builds(
        Step,
        st.just("transact_write_items"),
        st.lists(_WRITES, min_size=1, max_size=3).map(lambda writes: {"TransactItems": writes}),
    ),
    st.builds(Step, st.just("get_item"), _KEYS.map(lambda key: {"Key": key})),
    st.builds(Step, st.just("query"), _queries()),
    st.builds(
        Step,
        st.just("batch_get_item"),
        st.lists(_KEYS, min_size=1, max_size=3).map(lambda keys: {"Keys": keys}),
    ),
)
_LAST: Final = Step("scan", {"ConsistentRead": True})


def histories() -> st.SearchStrategy[list[Step]]:
    """Some calls, and a look at everything at the end."""
    return st.lists(_STEPS, min_size=1, max_size=20).map(lambda steps: [*steps, _LAST])
