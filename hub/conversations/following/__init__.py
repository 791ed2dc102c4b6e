"""Keeping the questions in step with the message log."""
