"""Tests of the command line, the demo on real input, and all five services in one process."""
