"""How the scheduled actions of the file work through their records."""

import logging

_logger = logging.getLogger(__name__)

LIMIT = 500


def work_through(records, work):
    """Do something with each record, and commit after each; one that fails keeps no other waiting.

    The work itself notes that it was done, in the same transaction, so that a job killed at any point
    neither loses nor doubles anything.

    :param records: the records that are due
    :param callable work: record → None
    """
    jobs = records.env["ir.cron"]
    batch = records[:LIMIT].try_lock_for_update()
    remaining = len(records)
    for record in batch:
        remaining -= 1
        try:
            with records.env.cr.savepoint():
                work(record)
        except Exception:
            _logger.warning("%s was left out; tried again at the next time", record, exc_info=True)
        # what another transaction holds is left to the next time
        if not jobs._commit_progress(1, remaining=remaining if len(records) > LIMIT else 0):
            break
