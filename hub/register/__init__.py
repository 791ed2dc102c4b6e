"""The register (wire.md 9): organisations, keys and agreements, signed by the governance key."""
