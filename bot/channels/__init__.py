"""The messengers the hotline speaks through; each is a small port."""
