"""What can be changed: one module per noun, thin.

Each field is one transaction, committed before its result is read.
"""
