"""The access matrix: who may see and do what, a row a coordinate. README.md says how to read it."""
