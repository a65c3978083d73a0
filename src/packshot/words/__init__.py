"""Descriptions in plain words: what they ask for, what nobody could photograph, and how to put it to an engine."""
