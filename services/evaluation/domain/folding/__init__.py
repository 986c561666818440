"""How an evaluation's state follows from its events, part by part."""
