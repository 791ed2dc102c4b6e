"""The steps of the portal's tables."""
