"""Months of the hotline in minutes: real parts, invented people, a clock turned by
hand.
"""
