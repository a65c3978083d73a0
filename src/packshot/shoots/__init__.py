"""Shoots: from a request to pictures, each paid for once and only when it is delivered."""
