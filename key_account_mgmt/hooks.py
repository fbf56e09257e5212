def uninstall_hook(env):
    """Empty the tables that hold on to the seeded schemes, grades and questionnaire.

    Uninstalling deletes the seeded records first, while accounts and runs still point to them; without
    this it ends well, but only after the database has refused each of them in the log.
    """
    for table in (
        "key_account_satisfaction_line",
        "key_account_satisfaction",
        "key_account_grade_history",
        "key_account_assessment_line",
        "key_account_assessment",
        "key_account_grading_run_grade",
        "key_account_grading_run_account_rel",
        "key_account_grading_run",
    ):
        env.cr.execute(f'DELETE FROM "{table}"')  # noqa: S608  # pylint: disable=sql-injection
    env.cr.execute("UPDATE key_account SET grade_id = NULL, requested_grade_id = NULL, scheme_id = NULL")
    env.cr.execute("UPDATE res_company SET key_account_scheme_id = NULL")
    env.invalidate_all()
