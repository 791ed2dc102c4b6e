"""The REST API `/v1` for operators' scripts and monitoring: the console's queries as JSON, by token, read only.

It runs in the console's process, and stands on the same tables; who calls, and what for, is in a trail of its own.
"""
