"""The steps of the debt helper's tables."""
