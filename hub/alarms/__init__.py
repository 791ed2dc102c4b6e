"""Alarms: each starts once and clears once, is kept in a table, and is told outside the console."""
