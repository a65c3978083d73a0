"""Talents: the people in the pictures, their reference photos, and what they agreed to."""
