"""python -m ops.sandbox --port N [--journal FILE]"""

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path
from typing import cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import ASGIFramework

from ops.sandbox.app import sandbox
from ops.sandbox.store import Store


def main() -> None:
    """Serve until SIGTERM or SIGINT. The first line on stdout is the base URL."""
    parser = argparse.ArgumentParser(prog="ops.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8471, help="0 takes a free one")
    parser.add_argument("--journal", type=Path, help="append effects here, and read them back at start")
    options = parser.parse_args()
    asyncio.run(_run(options.port, options.journal))


async def _run(port: int, journal: Path | None) -> None:
    store = Store(journal)
    listener = socket.create_server(("127.0.0.1", port))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    app = cast(ASGIFramework, sandbox(store))  # hypercorn and starlette type the same events differently
    await serve(app, _config(listener), shutdown_trigger=stop.wait)
    store.close()


def _config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.2  # a hanging answer does not keep the sandbox alive
    config.keep_alive_timeout = 120  # longer than any client keeps an idle connection
    return config


if __name__ == "__main__":
    main()
