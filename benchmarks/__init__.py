"""Measurements of our stages beside what a person would write; run by hand, never by tests."""
