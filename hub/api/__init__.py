"""The REST API `/v1` for operators' scripts and monitoring: the console's queries as JSON, by token, read only.

It runs in the console's process, asks by the same queries and writes into the same trail. Nothing is done by it: an act
has a person who did it, and a token is none.
"""
