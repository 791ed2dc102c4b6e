"""The steps of a local tax office's tables."""
