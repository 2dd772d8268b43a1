"""The reporter comes back: the story so far, more material, an answer, a rating, a
reopening, or 忘记我.
"""
