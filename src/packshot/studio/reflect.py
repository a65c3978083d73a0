"""The product's mirror image in the floor, column by column about the line it stands on."""
