"""Packshot as a whole, from outside."""
