"""What operators do to the road: evidence settled, messages offered again, partners paused, notes kept.

An act is a row with a key of its own (done twice, it is done once), a leaf of the message log, and a reason without
names. Console and command line write rows; what needs the broker is done by the keeper from those rows.
"""
