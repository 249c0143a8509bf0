"""Rules and validations without input or output."""
