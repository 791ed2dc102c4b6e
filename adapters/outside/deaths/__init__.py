"""Pauses of somebody who died: whether collecting goes on, a person decides, and it is kept who did."""
