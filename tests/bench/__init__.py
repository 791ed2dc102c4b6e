"""Measures the road beside two baselines in one run: `python -m tests.bench road` (docs/performance.md)."""
