"""Rings when something is due."""
