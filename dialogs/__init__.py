"""All that the hotline decides, without I/O."""
