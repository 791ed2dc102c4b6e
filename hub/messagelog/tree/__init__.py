"""The Merkle tree over the log entries, kept as tiles: it grows with the log and answers for any of its past."""
