"""Readers of report formats, one module a format. Pure: bytes in, records out."""
