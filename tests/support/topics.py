"""Topics of a real broker, as a wiped one would have them: new, empty, read by nobody yet."""

from collections.abc import Sequence
from contextlib import closing

from kafka import KafkaAdminClient

from shared.runtime.kafka import make_topics
from shared.runtime.topics import Topic, group_of, service_of
from tests.runtime.running import until


def empty(bootstrap: str, topics: Sequence[Topic]) -> None:
    """Make these topics anew, and forget how far their services have read others'."""
    names = {topic.name for topic in topics}
    readers = {group_of(service_of(name)) for name in names}
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        groups = [group["group_id"] for group in admin.list_groups()]
        if old := [name for name in admin.list_topics() if name in names]:
            admin.delete_topics(old)
            until(lambda: not {*admin.list_topics()} & names)
        if mine := [group for group in groups if group in readers]:
            admin.delete_groups(mine)
    make_topics(bootstrap, topics)
