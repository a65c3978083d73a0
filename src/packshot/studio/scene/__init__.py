"""The sets the product is photographed in: backdrops in linear light, and how light falls there."""
