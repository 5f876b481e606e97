"""The forms of the ML Lab."""
