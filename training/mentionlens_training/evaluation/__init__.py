"""How good a bundle is: per language and task, beside the majority class and TF-IDF."""
