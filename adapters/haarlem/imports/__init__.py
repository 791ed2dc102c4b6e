"""Imports as jobs: what was handed in is kept, carried out row by row, and can be followed."""
