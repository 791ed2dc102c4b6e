"""The steps of the tables of the bank's adapter."""
