"""Tests of the deprecation checker, on repositories that they make."""
