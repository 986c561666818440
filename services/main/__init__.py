"""All five services in one process, the command line, and the demo on real input."""
