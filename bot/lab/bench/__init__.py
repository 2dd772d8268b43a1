"""`jianfu bench`: what is measured, in paired rounds within one run, each figure with
its spread.
"""
