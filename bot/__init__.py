"""The running program: settings, the road of a message, channels, pages and the
`jianfu` command.
"""
