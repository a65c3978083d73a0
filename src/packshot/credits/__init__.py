"""Credits: what an account may spend, and the ledger that says where every one of them went."""
