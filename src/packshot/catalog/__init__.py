"""What is photographed: projects, products, their photos, and the cutouts that a person approved."""
