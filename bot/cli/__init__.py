"""The verbs of `jianfu`, a file each."""
