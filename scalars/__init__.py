"""The custom scalars of the contract: how each is written to a client and read from one."""
