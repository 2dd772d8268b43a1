"""A case: the table of its life, staff's orders, the reporter's moves, and the story
the reporter reads.
"""
