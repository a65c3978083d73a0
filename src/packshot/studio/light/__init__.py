"""How the product stands in the light: where it touches the ground and what it keeps the light from."""
