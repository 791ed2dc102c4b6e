"""Tests: unit, contract, integration, fault, browser and bench; a real broker and database where one is needed."""
