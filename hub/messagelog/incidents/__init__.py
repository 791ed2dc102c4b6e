"""Entries of the log that are an alarm by themselves."""
