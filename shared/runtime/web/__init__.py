"""The REST side of a service: declarations in, one FastAPI application out."""
