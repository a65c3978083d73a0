"""Seamless surfaces painted from seeded noise: stone, oak, cloth and snow."""

SIZE = 1024
"""Pixels to a tile's side: what the cost of painting one and the memory it stays in allow."""
