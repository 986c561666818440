"""Stacks: what a distributed system needs around its five processes, started and stopped here."""
