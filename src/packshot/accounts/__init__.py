"""Accounts: who may use Packshot, and how they prove that it is them."""
