"""Reads and writes of people, projects, access and jobs."""
