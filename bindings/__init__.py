"""How a type of the contract is bound to Python and SQL, and the seal that refuses to start with anything unguarded."""
