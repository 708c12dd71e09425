"""By which hour and to whom: mailings and deliveries, their ledger, and the one door out (`send`)."""
