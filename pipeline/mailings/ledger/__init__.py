"""The book of what was sent: mailings, their deliveries, and the processes that hold them."""

from __future__ import annotations

from pipeline.database import Database
from pipeline.mailings.ledger.commits import Commits
from pipeline.mailings.ledger.confirmations import Confirmations
from pipeline.mailings.ledger.deliveries import Deliveries
from pipeline.mailings.ledger.doubts import Doubts
from pipeline.mailings.ledger.events import Events
from pipeline.mailings.ledger.hubs import Hubs
from pipeline.mailings.ledger.letters import Letters
from pipeline.mailings.ledger.mailings import Mailings
from pipeline.mailings.ledger.notebook import Notebook
from pipeline.mailings.ledger.notices import Notices
from pipeline.mailings.ledger.pacing import Pacing
from pipeline.mailings.ledger.progress import Progress
from pipeline.mailings.ledger.suspects import Suspects
from pipeline.mailings.ledger.workers import Workers

__all__ = ["Ledger"]


class Ledger:
    """The third book, by chapter. Every promise in it is a constraint of `pipeline.schema`."""

    def __init__(self, database: Database) -> None:
        self.notebook = Notebook(database)
        self.mailings = Mailings(database)
        self.letters = Letters(database)
        self.notices = Notices(database)
        self.confirmations = Confirmations(database)
        self.deliveries = Deliveries(database)
        self.commits = Commits(database)
        self.doubts = Doubts(database)
        self.events = Events(database)
        self.pacing = Pacing(database)
        self.progress = Progress(database)
        self.suspects = Suspects(database)
        self.workers = Workers(database)
        self.hubs = Hubs(database)
