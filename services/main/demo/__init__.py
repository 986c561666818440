"""The real portfolio of five clusters, played through REST as an external system would."""
