"""Packshot's tests."""
