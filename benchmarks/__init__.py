"""How fast the runtime is, each figure beside a limit or a peer measured in the same minute."""
