"""What can be followed: one module per noun."""
