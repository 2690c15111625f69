"""A running engine, and one with all of Holdfast on it."""

from collections.abc import Iterator

import pytest

from ops.local import Engine, Launched, launch

SECRETS = {
    "stripe_key": "sk_test",
    "avalara_account": "1",
    "avalara_licence": "2",
    "accertify_user": "3",
    "accertify_password": "4",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("engine"), port=0)
    with engine:
        yield engine


@pytest.fixture(scope="session")
def holdfast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    run_dir = tmp_path_factory.mktemp("holdfast")
    launched = launch(
        run_dir,
        # Nobody listens there: nothing in these tests may call a partner.
        partner_urls=dict.fromkeys(("stripe", "avalara", "accertify"), "http://127.0.0.1:9"),
        partner_credentials=SECRETS,
        engine=Engine(run_dir, port=0),
    )
    yield launched
    launched.engine.stop()
