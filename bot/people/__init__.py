"""Who works here and at the units: the roster, the register, their one-time codes."""
