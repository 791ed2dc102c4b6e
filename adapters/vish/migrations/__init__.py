"""The steps of the tables of the index's adapter."""
