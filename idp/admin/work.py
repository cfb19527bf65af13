"""The worker: what it could not deliver, and how its regular jobs fare."""

from core.infra import dead_letters
from core.infra.job_runs import all_runs
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation

_OPERATOR = (StaffRole.OPERATOR,)


def letters(call: Call) -> Json:
    """List what was given up, the latest first; contents are not shown."""
    return {
        "waiting": dead_letters.on_their_way(call.session),
        "dead_letters": [
            {
                "id": letter.id,
                "topic": letter.topic,
                "created_at": letter.created_at.isoformat(),
                "dead_at": letter.dead_at.isoformat(),
                "attempts": letter.attempts,
                "last_error": letter.last_error,
            }
            for letter in dead_letters.dead_letters(call.session)
        ],
    }


def revive(call: Call) -> Json:
    """Send a message on its way again."""
    dead_letters.revive(call.session, call.names["message_id"], now=call.now)
    return {}


def jobs(call: Call) -> Json:
    """Tell how each regular job fared last."""
    return {
        "jobs": [
            {
                "name": run.name,
                "every_seconds": int(run.every.total_seconds()),
                "started_at": run.started_at.isoformat(),
                "milliseconds": run.milliseconds,
                "succeeded_at": None if run.succeeded_at is None else run.succeeded_at.isoformat(),
                "failed_at": None if run.failed_at is None else run.failed_at.isoformat(),
                "error": run.error,
                "failures_in_a_row": run.failures_in_a_row,
                "is_late": run.is_late(call.now),
            }
            for run in all_runs(call.session)
        ]
    }


_LETTERS = (
    Member("waiting", Kind.INTEGER, "Messages that are on their way."),
    Member(
        "dead_letters",
        Kind.OBJECTS,
        members=(
            Member("id"),
            Member("topic"),
            Member("created_at"),
            Member("dead_at"),
            Member("attempts", Kind.INTEGER),
            Member("last_error", is_nullable=True),
        ),
    ),
)
_JOBS = (
    Member(
        "jobs",
        Kind.OBJECTS,
        members=(
            Member("name"),
            Member("every_seconds", Kind.INTEGER),
            Member("started_at"),
            Member("milliseconds", Kind.INTEGER),
            Member("succeeded_at", is_nullable=True),
            Member("failed_at", is_nullable=True),
            Member("error", is_nullable=True, meaning="The code of the last failure."),
            Member("failures_in_a_row", Kind.INTEGER),
            Member("is_late", Kind.FLAG, "Two rounds were missed."),
        ),
    ),
)

OPERATIONS = (
    Operation("listDeadLetters", "GET", "/dead-letters", _OPERATOR, "Messages given up", letters, gives=_LETTERS),
    Operation(
        *("reviveDeadLetter", "POST", "/dead-letters/{message_id}/revive", _OPERATOR),
        *("Send a message on its way again", revive),
    ),
    Operation("listJobs", "GET", "/jobs", _OPERATOR, "How regular jobs fare", jobs, gives=_JOBS),
)
