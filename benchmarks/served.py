"""Two servers to be asked: our service, and a FastAPI route with the same form that is idle."""

import sys

import uvicorn
from fastapi import FastAPI

from benchmarks.office import CostFields, create
from shared.runtime.serving import serve_alone


def no_op(port: int) -> None:
    """The limit: the same form, read by FastAPI; nothing is checked, decided or kept."""
    app = FastAPI()

    @app.post("/v1/files/{project_id}/costs", status_code=201)
    async def note_nothing(project_id: str, form: CostFields) -> dict[str, str]:
        return {"project_id": project_id}

    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_config=None)


def ours(port: int) -> None:
    """Our service as it runs alone: token, key, form, decision, journal, projections, relay."""
    serve_alone(create, port)


if __name__ == "__main__":
    {"ours": ours, "no-op": no_op}[sys.argv[1]](int(sys.argv[2]))
