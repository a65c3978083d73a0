"""What the locks are measured on: products, and pictures that show them faithfully or not."""
