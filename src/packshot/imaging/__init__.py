"""Pure pixels: safe decoding, colour, resizing and file formats."""
