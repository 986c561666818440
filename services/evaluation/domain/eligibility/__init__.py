"""How eligibility is decided: opening, verdicts, questions, and the detailed version (E-0)."""
