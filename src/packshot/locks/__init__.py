"""Locks: whether the picture shows the same product and the same person, as a number with a reason."""
