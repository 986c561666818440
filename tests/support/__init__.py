"""What the tests share: the specification language, clients and worlds."""
