"""Intake as a process of its own: its web server, writer, relay and subscriber."""

from services.intake.app import create
from shared.runtime.serving import serve_alone

PORT = 8001


def main() -> None:
    """Run until told to stop."""
    serve_alone(create, PORT)


if __name__ == "__main__":
    main()
