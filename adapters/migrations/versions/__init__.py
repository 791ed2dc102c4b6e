"""The steps of the ledger's own tables."""
