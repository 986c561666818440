"""Membership as a process of its own: its web server, writer, relay and subscriber."""

from services.membership.app import create
from shared.runtime.serving import serve_alone

PORT = 8003


def main() -> None:
    """Run until told to stop."""
    serve_alone(create, PORT)


if __name__ == "__main__":
    main()
