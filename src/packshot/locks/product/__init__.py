"""The product lock: whether the product in a picture is the product in its photo, and what differs."""
