"""What else could answer the same rows: the majority class, TF-IDF, and what others published."""
