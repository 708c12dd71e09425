"""Mistakes that others have made with such a ledger, seeded one by one to show that the suite catches each."""
