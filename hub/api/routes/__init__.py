"""The routes of `/v1`, each with its scope; each asks what the console's screen of that name asks."""
