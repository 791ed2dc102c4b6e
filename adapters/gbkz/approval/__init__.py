"""Acts that a person of the tax office must let through first (mode `ter-goedkeuring`)."""
