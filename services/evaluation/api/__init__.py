"""The interface of evaluation: forms in, commands out, and what may be read."""
