"""The one generic machine of every conversation, from headers alone: what was asked, delivered, answered, overdue.

opened → delivered → answered | refused | overdue → closed (messages.md 2), with terms from the agreements. It cannot
know what was said: *answered* is not *safe*.
"""
