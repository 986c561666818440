"""Pure building blocks: no clock, no chance, no I/O, no framework beyond data models."""
