"""What is known of vendors right now: whether they are in trouble, how much they take, and when their models end."""
