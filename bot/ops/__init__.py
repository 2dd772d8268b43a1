"""What keeps a deployment sound: the check-up, copies, keys that fit, one process that
serves, trouble told in one line.
"""
