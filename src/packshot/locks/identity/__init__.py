"""The identity lock: is it the same person? Faces are found, set upright, embedded, compared, and forgotten."""
