"""One class per table: reads are awaited, writes are values for a turn's one commit.

In each file first the rows, then the SQL, named for what it does, then the class.
"""
