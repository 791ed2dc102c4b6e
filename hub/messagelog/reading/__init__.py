"""The message log as operators read it: lists, one message, the live tail. Nothing here writes."""
