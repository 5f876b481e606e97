"""Pages: each speaks HTTP and calls one service."""
