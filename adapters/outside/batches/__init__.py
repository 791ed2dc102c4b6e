"""Rows for an outside system that takes files: batched by rounds, supplied whole, and known to be fetched when gone."""
