"""Styles: what pictures can look like, and what each costs."""
