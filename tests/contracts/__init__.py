"""What one service may rely on in another, and a later release in an earlier one."""
