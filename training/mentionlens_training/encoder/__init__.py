"""Base encoders: where they come from, their tokenizer, and cutting their vocabulary."""
