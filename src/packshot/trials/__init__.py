"""Trying one photo without an account: a few pictures to look at, gone after an hour."""
