"""How each stream folds, and who decides each command: the tables of all parts, merged."""
