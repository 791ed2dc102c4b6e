"""A case by its pseudonym, drawn; what its messages add up to is told by `hub.conversations`."""
