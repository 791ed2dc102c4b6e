"""What a person sees of a ledger and decides in it; the running edge picks the decisions up by itself."""
