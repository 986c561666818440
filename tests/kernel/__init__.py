"""The pure kernel, rule by rule."""
