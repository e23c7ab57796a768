"""Encoder, multi-task model, trainer, calibration, export with its gate, evaluation."""
