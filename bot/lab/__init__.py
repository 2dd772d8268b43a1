"""Measuring and showing; nothing that a deployment needs."""
