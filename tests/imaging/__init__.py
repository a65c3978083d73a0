"""Uploads, friendly and hostile, and the files that leave."""
