"""All that changes, opens or reads a case."""
