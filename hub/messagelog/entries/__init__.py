"""The entries of the message log: what happened, in the order that one sequencer gives them (wire.md 11)."""
