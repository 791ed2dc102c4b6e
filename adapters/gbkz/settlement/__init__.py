"""Settling what a taxpayer owes: the balance, a proposal that a person decides on, the arrangement and its end."""
