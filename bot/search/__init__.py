"""Finding what was said: an index in the memory of a process of its own, and who asks
it.
"""
