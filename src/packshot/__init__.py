"""Packshot: the real product, re-photographed, checked and ready for the shop."""
