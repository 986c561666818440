"""What membership decides: pure functions of what was asked and of what was recorded."""
