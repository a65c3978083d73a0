"""The embedded engine's craft, pure pixels: it cuts the real product out of its photo and photographs it again."""
