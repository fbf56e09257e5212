"""How the scheduled actions of the file work through their records."""

import logging

_logger = logging.getLogger(__name__)

LIMIT = 500


def work_through(records, work):
    """Do something with each record, and commit after each; one that fails keeps no other waiting.

    The work itself notes that it was done, in the same transaction, so that a job killed at any point
    neither loses nor doubles anything. Only what was done counts towards :data:`LIMIT`: however many
    fail, or can be told to nobody, the others get their turn.

    :param records: the records that are due
    :param callable work: record → False where it cannot be done now, so that it stays due
    """
    jobs = records.env["ir.cron"]
    done = 0
    for start in range(0, len(records), LIMIT):
        remaining = len(records) - start
        # what another transaction holds is left to the next time
        for record in records[start:start + LIMIT].try_lock_for_update():
            remaining -= 1
            if not _work_on(record, work):
                continue
            done += 1
            if not jobs._commit_progress(1, remaining=remaining) or done == LIMIT:
                return
    jobs._commit_progress(remaining=0)


def _work_on(record, work):
    """Return whether it was done; what fails is undone and logged."""
    try:
        with record.env.cr.savepoint():
            return work(record) is not False
    except Exception:
        _logger.warning("%s was left out; tried again at the next time", record, exc_info=True)
        return False
