"""What evaluation decides: the pure rules, one module for each stage."""
