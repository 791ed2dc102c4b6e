"""The schema of the message log over time."""
