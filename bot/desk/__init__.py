"""What staff and units see and may do, on every screen."""
