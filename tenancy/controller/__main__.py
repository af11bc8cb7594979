"""`python -m tenancy.controller`: settings from the environment, messages to standard error."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from infra.inventory.errors import EstranError
from tenancy.audit import Book
from tenancy.controller.service import Service
from tenancy.controller.settings import Settings

REFUSED_TO_START = 8


async def run(settings: Settings) -> None:
    """Run the controller with the book open for as long."""
    with Book(settings.audit_file) as book:
        await Service(settings, book).run()


def main() -> int:
    """Return the exit code: 0 after a signal, 8 when the controller refuses to start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("kopf", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        asyncio.run(run(Settings.of(os.environ)))
    except EstranError as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED_TO_START
    return 0


if __name__ == "__main__":
    sys.exit(main())
