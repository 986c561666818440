"""Evaluation as a process of its own: its web server, writer, relay and subscriber."""

from services.evaluation.app import create
from shared.runtime.serving import serve_alone

PORT = 8002


def main() -> None:
    """Run until told to stop."""
    serve_alone(create, PORT)


if __name__ == "__main__":
    main()
