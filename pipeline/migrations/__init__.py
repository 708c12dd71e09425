"""The ledger's versions, in order, run by Alembic; one file a step under `versions/`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Brings the tables to the newest version in one transaction: whole, or not at all."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect() as connection:
        connection.execution_options(avviso_write=True)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
