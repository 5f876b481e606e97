"""Segplatform: from a file of transactions to named, explained customer segments."""

__version__ = "0.1.0"
