"""Tests; see docs and style: unit, contract, integration, fault, bench."""
