"""The running program: the road of a message, and a room for each concern: messengers,
people, cases, desk, reports, upkeep, and the `jianfu` command.
"""
