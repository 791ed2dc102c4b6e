"""Whether the hub keeps up with itself."""
