

from ..common import KeyAccountCase


class GradedCase(KeyAccountCase):
    """Three accounts of 100, 30 and 0.5 among sales of 1000, graded A, B, and B to be lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_key_account_today()
        cls.customers = {
            name: cls._new_customer(name) for name in ("Big", "Middle", "Small", "Fresh", "Rest")
        }
        for name, amount in (("Big", 100), ("Middle", 30), ("Small", 0.5), ("Fresh", 60), ("Rest", 809.5)):
            cls._new_order(cls.customers[name], amount, cls.today)
        cls.accounts = {
            name: cls._new_account(cls.customers[name], grade_id=grade.id)
            for name, grade in (("Big", cls.grade_a), ("Middle", cls.grade_b), ("Small", cls.grade_b))
        }

    @classmethod
    def _compute(cls, **values):
        run = cls._new_run(**values)
        run.action_compute()
        return run

    def _get_grades(self):
        self.env.invalidate_all()
        return {name: account.grade_id.code for name, account in self.accounts.items()}
