"""What keeps a deployment sound: the check-up, copies, keys that fit, trouble told in
one line.
"""
