"""The road through the hub: checks, decisions, and the order in which things become durable."""
