"""Who works here and at the units: the roster, the register, one-time codes."""
