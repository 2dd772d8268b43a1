"""Everything that keeps a reporter unknown."""
