"""The names by which stacks, functions and operators find each other.

Stacks share nothing but SSM parameters: no CloudFormation export ties one stack to
another, so each can be updated, rolled back or rebuilt alone. Standard library only:
the command line reads these names too.
"""

from typing import Final

PREFIX: Final = "holdfast"
ROOT: Final = f"/{PREFIX}"

KEY_ARN: Final = f"{ROOT}/key"
BUS: Final = f"{ROOT}/bus"
ALARM_TOPIC: Final = f"{ROOT}/alarms/topic"
API_ID: Final = f"{ROOT}/api/id"
API_URL: Final = f"{ROOT}/api/url"
AUTHORIZER_ID: Final = f"{ROOT}/api/authorizer"
CHANNELS: Final = f"{ROOT}/cognito/channels"
TOKEN_URL: Final = f"{ROOT}/cognito/token-url"
USER_POOL: Final = f"{ROOT}/cognito/user-pool-id"
PARTNER_SECRET: Final = f"{PREFIX}/partners"
LOCAL_ENDPOINT: Final = f"{ROOT}/local/endpoint"
"""Where the local AWS listens. Written by the local deployer, absent on AWS."""

TABLES: Final = ("orders", "inventory", "payments", "support", "partners")
STREAMED: Final = ("orders", "inventory", "payments", "support")
"""Tables whose events are published through the outbox."""

PARTNERS: Final = ("stripe", "avalara", "accertify")
CLIENTS: Final = ("warehouse", "operations")
"""Machine clients beside the sales channels; they serve every channel."""


def kebab(folder: str) -> str:
    """`capture/accept_order` and `accept_order` both read `accept-order`."""
    return folder.rsplit("/", 1)[-1].replace("_", "-")


def camel(folder: str) -> str:
    """`sourcing/plan_fulfilment` reads `PlanFulfilment`, as in the workflow files."""
    return "".join(word.capitalize() for word in kebab(folder).split("-"))


def function_name(folder: str) -> str:
    return f"{PREFIX}-{kebab(folder)}"


def client_id(client: str) -> str:
    return f"{ROOT}/cognito/clients/{client}"


def table(name: str) -> str:
    return f"{ROOT}/tables/{name}"


def stream(name: str) -> str:
    return f"{ROOT}/streams/{name}"


def queue_url(consumer: str) -> str:
    return f"{ROOT}/queues/{kebab(consumer)}"


def dead_letter_url(consumer: str) -> str:
    return f"{queue_url(consumer)}-dlq"


def queue(consumer: str) -> str:
    """Physical name. The capture queue is the kill switch of the runbooks, so it has the short name."""
    return f"{PREFIX}-{'capture' if consumer.endswith('start_order_capture') else kebab(consumer)}-queue"


def dead_letter_queue(consumer: str) -> str:
    return f"{queue(consumer)}-dlq"


def workflow(name: str) -> str:
    return f"{ROOT}/workflows/{kebab(name)}"


def partner_url(partner: str) -> str:
    return f"{ROOT}/partners/{partner}/url"
