"""Acting on a message at one party; adapters never import each other."""
