"""The staff's side in a messenger: a topic per case, cards, orders by button, command and reply."""
