"""How the scheduled actions of the file work through their records."""

import logging

_logger = logging.getLogger(__name__)

LIMIT = 500


def work_through(records, work, size=1):
    """Do something with each record, and commit after each group; one that fails keeps no other waiting.

    A group is locked, read anew, worked on and committed. So nobody changes it meanwhile, what was changed
    since it was found is seen, and a job killed at any point neither loses nor doubles anything: the work
    notes in the same transaction that it was done. Whether a record is still due, the work has to ask.
    Only what was done counts towards :data:`LIMIT`: however many fail, or can be told to nobody, the others
    get their turn.

    :param records: the records that are due
    :param callable work: a group of them → False where it cannot be done now, so that it stays due
    :param int size: how many are worked on and committed together
    """
    jobs = records.env["ir.cron"]
    ids, done = records.ids, 0
    for start in range(0, len(ids), size):
        # the transaction before has let go of its locks: what was read then may have changed
        records.env.invalidate_all()
        # what another transaction holds is left to the next time
        group = records.browse(ids[start:start + size]).try_lock_for_update()
        worked = _work_on(group, work) if group else 0
        if not worked:
            continue
        done += worked
        remaining = max(0, len(ids) - start - size)
        if not jobs._commit_progress(worked, remaining=remaining) or done >= LIMIT:
            return
    jobs._commit_progress(remaining=0)


def _work_on(group, work):
    """Return of how many it was done; what fails is undone, tried one by one, and logged."""
    try:
        with group.env.cr.savepoint():
            return len(group) if work(group) is not False else 0
    except Exception:
        if len(group) > 1:
            return sum(_work_on(record, work) for record in group)
        _logger.warning("%s was left out; tried again at the next time", group, exc_info=True)
        return 0
