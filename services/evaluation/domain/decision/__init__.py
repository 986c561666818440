"""How the decision is made, and what becomes of it (E-8, E-9, E-11)."""
