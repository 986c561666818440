"""The runtime as it runs: real files, real threads, and conditions waited for with deadlines."""
