"""The rules of intake: pure, without clock, chance or I/O."""
