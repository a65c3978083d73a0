"""Stand-ins for the vendors over real HTTP: as strict, free of charge, and each picture says that it is not theirs."""
