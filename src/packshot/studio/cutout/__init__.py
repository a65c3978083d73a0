"""Cutting the product out of its photo, and saying how sure that is."""
