"""The messengers the hotline speaks through, each an object behind one small port."""
