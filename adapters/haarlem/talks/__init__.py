"""Conversations whose facts are their messages, kept beside those of pauses and registrations."""
