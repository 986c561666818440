"""G5: commands over HTTP to 1, 2 and 4 processes of one service on PostgreSQL, beside one process.

The same load each time, its connections spread over the processes. Client, processes and database
share this machine's cores.
"""

from contextlib import ExitStack

from benchmarks.asking import Caller, Load, open_files, served, token_of
from benchmarks.rounds import Against, Result, Size, compared, in_turns
from benchmarks.site import Site

CONNECTIONS = 32
PROCESSES = (1, 2, 4)


def run(site: Site, size: Size) -> list[Result]:
    """G5; the same four processes serve all three, those that nobody asks are idle."""
    place = site.place("PostgreSQL")
    token = token_of(place.folder)
    load = Load(token=token, connections=CONNECTIONS, requests=size.requests)
    name = "G5 commands over HTTP, PostgreSQL"
    with ExitStack() as servers:
        ports = [servers.enter_context(served("ours", place)) for _ in range(max(PROCESSES))]
        open_files(ports, token, CONNECTIONS)
        callers = {str(number): Caller(ports[:number], load) for number in PROCESSES}
        rates = {each: caller.rate for each, caller in callers.items()}
        found = in_turns(name, size.rounds, rates)
    against = Against(other_is="one process of the same service, three idle", goal=1.0)
    return [
        compared(f"{name}, {number} processes", found[str(number)], found["1"], against)
        for number in PROCESSES[1:]
    ]
