"""Settling what is owed: balance, proposal, decision, and consent by silence (messages.md 2, *Settlement*)."""
