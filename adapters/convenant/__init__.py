"""Creditors in the Convenant Lokale Overheid: one instance per creditor, its system and its words by settings."""
