"""One class per table: reads are awaited, writes are returned as values for the turn's
one commit.
"""
