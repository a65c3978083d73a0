"""What operators see: how this Packshot is doing."""
