"""What all services share: a pure kernel and a runtime that does the I/O."""
