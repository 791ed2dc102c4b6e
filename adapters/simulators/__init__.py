"""What the simulated outside systems share: being served, and letting in by key. It imports nothing of ours."""
