"""Rules of membership as they are tested: given a history, when asked, then recorded."""
