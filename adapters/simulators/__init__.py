"""What the simulated outside systems share: being served, letting in by key, the day. It imports nothing of ours."""
