"""The debt helper's adapter: a case system says a thing once, and every party that must know hears it (README.md)."""
