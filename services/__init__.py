"""The services of Grantline; none imports another."""
