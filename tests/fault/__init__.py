"""What must never happen, tried with real processes that really end."""
