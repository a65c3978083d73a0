"""Product photos made by arithmetic, with exact alpha, for tests and gates of the cutout."""
