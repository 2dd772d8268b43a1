"""All that is about time: what rings when, which days are worked, when it is quiet."""
