"""What the fields of each type are: one module per noun, thin."""
