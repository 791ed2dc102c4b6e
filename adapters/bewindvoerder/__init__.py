"""Offices without systems of their own: a portal for bewindvoerders, small creditors, referral partners."""
