"""Both locks in a picture's way: which of them look, what they found, and what becomes of the picture."""
