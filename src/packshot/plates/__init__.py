"""Plates: what an engine is asked to paint around a product, and the picture that its answer becomes."""
