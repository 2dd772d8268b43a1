"""What units and staff see and may do in a browser."""
