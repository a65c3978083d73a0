"""PostgreSQL and Valkey of our own where no URL names others, and the supervisor of `packshot up`."""
