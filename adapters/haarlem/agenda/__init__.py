"""What others must know or do about cases: events for who polls, calls for case workers."""
