"""Digest, weekly and monthly report: what is counted, hidden, drawn and
written down.
"""
