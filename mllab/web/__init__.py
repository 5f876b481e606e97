"""What the pages of the ML Lab share."""
