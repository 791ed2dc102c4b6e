"""The steps of a creditor's tables."""
