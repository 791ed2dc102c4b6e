"""The steps of an office's tables."""
