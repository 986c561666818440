"""What evaluation promises, rule by rule."""
