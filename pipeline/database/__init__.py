"""One door to the database: read and write transactions on SQLite or PostgreSQL.

    transactions   what is written, together or not at all      engines   how each of the two is opened
    dialects       where their SQL differs                      faults    what their drivers say, in our words
    health         whether SQLite's file is whole
"""

from pipeline.database.dialects import ARCHIVE, AUDIENCE, digest, text_digest
from pipeline.database.transactions import APPLICATION_ID, Database

__all__ = ["APPLICATION_ID", "ARCHIVE", "AUDIENCE", "Database", "digest", "text_digest"]
