"""Kredietbank Nederland: entrepreneurs are referred to it, and it settles their debts over the same road."""
