"""What an outside system did that fits nothing, or does not happen: kept until a person has looked."""
