"""A case: the tables of its life and of orders, its clocks, what reporters do to it,
and the story that they read.
"""
