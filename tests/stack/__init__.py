"""The distributed system: real servers, five processes, and what starts and stops them."""
