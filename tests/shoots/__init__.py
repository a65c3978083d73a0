"""Tests of shoots, on the real servers."""
