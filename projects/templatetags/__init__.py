"""What templates of every app can use."""
