"""What people labelled for this project: its own mentions, and annotations of public ones."""
