"""Retraining on one's own labelled mentions: from a shipped model, in three depths."""
