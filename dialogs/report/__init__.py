"""The reporter's dialog: one sentence, one look at the preview, sent.

At most one question stands before the preview; all else hangs there as chips to fill in
or leave.
"""
