"""How reviews are decided: who may review, conflicts, scores and the lock (E-2, E-4 to E-7)."""
