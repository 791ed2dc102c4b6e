"""The REST API of an office that has software of its own: the acts of its pages, by a token."""
