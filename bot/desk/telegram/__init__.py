"""The staff's side in Telegram: a topic per case, a card, orders by button, command and
reply.
"""
