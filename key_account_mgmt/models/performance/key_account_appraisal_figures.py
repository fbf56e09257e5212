import logging

from odoo import api, fields, models

from .key_account_appraisal import ACTIVITY

_logger = logging.getLogger(__name__)

BATCH = 100


class KeyAccountAppraisal(models.Model):
    """What the system does: drafts the month for everybody with a template, and fills in the figures."""

    _inherit = "key.account.appraisal"

    # === CRON METHODS === #

    @api.model
    def _cron_draft_month(self):
        """Draft the month that is over for everybody with a template; once a day.

        What is drafted is found by its person, department and month, whatever became of it: a job that was
        killed goes on where it was, and nothing is drafted twice.
        """
        # sudo: the scheduled action serves every company
        for company in self.env["res.company"].sudo().search([], order="id"):  # pylint: disable=no-search-all
            appraisals = self.sudo().with_company(company)  # sudo: as above
            month = fields.Date.subtract(company._get_key_account_today().replace(day=1), months=1)
            due = appraisals._find_due(company, month)
            for start in range(0, len(due), BATCH):
                batch = due[start:start + BATCH]
                done = appraisals._draft_batch(batch)
                remaining = max(0, len(due) - start - len(batch))
                if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                    return

    @api.model
    def _draft_batch(self, batch):
        """Draft some appraisals at once; where that fails one by one, so that one bad one keeps no other.

        :param list batch: values of appraisals
        :return: how many were drafted
        :rtype: int
        """
        try:
            with self.env.cr.savepoint():
                return len(self._draft(batch))
        except Exception:
            if len(batch) == 1:
                _logger.warning("the appraisal %s was left out; tried again", batch[0], exc_info=True)
                return 0
        return sum(self._draft_batch([values]) for values in batch)

    @api.model
    def _draft(self, vals_list):
        """Make appraisals with their lines and figures, and ask each person for his own view.

        :param list vals_list: as :meth:`_find_due` gives them
        :rtype: key.account.appraisal
        """
        appraisals = self.create(vals_list)
        appraisals.filtered("user_id.active")._ask_self_assessment()
        return appraisals

    def _ask_self_assessment(self):
        """Ask each person for his own view, in his language."""
        for appraisal in self:
            speaking = appraisal.with_context(lang=appraisal.user_id.lang)
            speaking.activity_schedule(
                ACTIVITY,
                user_id=appraisal.user_id.id,
                date_deadline=appraisal.self_deadline,
                summary=speaking.env._("Assess yourself: %s", appraisal.month),
            )

    # === WHO IS APPRAISED === #

    @api.model
    def _find_due(self, company, month):
        """Return the values of the appraisals of a month that are not there yet.

        :param res.company company: whose people
        :param datetime.date month: its first day
        :rtype: list
        """
        templates = self.env["key.account.appraisal.template"].search(
            [("company_id", "in", [False, company.id])]
        )
        done = {
            (user.id, team.id) for user, team in self._read_group(
                [("company_id", "=", company.id), ("date_from", "=", month)], ["user_id", "team_id"]
            )
        }
        deadline = fields.Date.add(
            company._get_key_account_today(), days=company.key_account_self_assessment_days
        )
        due = []
        for user, team, role, dates in self._find_people(company, templates, month):
            template = self._find_template(templates, user, team, role)
            if template and (user.id, team.id) not in done:
                done.add((user.id, team.id))
                due.append({
                    "user_id": user.id, "team_id": team.id, "company_id": company.id,
                    "template_id": template.id, "date_from": month, "self_deadline": deadline, **dates,
                })
        return due

    @api.model
    def _find_people(self, company, templates, month):
        """Return who belonged to a department in a month, and in which role; leaders and clerks first.

        :return: list of (user, department, role, dates of joining and leaving within the month)
        :rtype: list
        """
        teams = self.env["crm.team"].search([("company_id", "in", [False, company.id])])
        wanted = teams.filtered(lambda team: team in templates.team_ids or team.company_id == company)
        people = []
        for team in wanted:
            people += [(team.user_id, team, "leader", {}), (team.key_account_clerk_id, team, "clerk", {})]
        last = fields.Date.subtract(fields.Date.add(month, months=1), days=1)
        memberships = self.env["crm.team.member"].with_context(active_test=False).search(
            [("crm_team_id", "in", wanted.ids)], order="active desc, id desc"
        )
        for membership in memberships:
            dates = membership._get_key_account_dates(month, last)
            if dates is not None:
                people.append((membership.user_id, membership.crm_team_id, "member", dates))
        return [
            person for person in people
            if person[0] and not person[0].share and company in person[0].company_ids
        ]

    @api.model
    def _find_template(self, templates, user, team, role):
        """Return by which template somebody is appraised: one that names him, else that of his role."""
        named = templates.filtered(
            lambda template: user in template.user_ids
            and (not template.team_ids or team in template.team_ids)
        )
        fitting = templates.filtered(lambda template: template.role == role and team in template.team_ids)
        return (named or fitting)[:1]

    # === LINES AND FIGURES === #

    def _make_lines(self):
        """Make the items of new appraisals from their templates, and fill in the figures."""
        self.env["key.account.appraisal.line"].create([
            {
                "appraisal_id": appraisal.id,
                "template_line_id": line.id,
                "sequence": line.sequence,
                "max_points": line.max_points,
                "scoring": line.scoring,
                "kpi_id": line.scoring == "kpi" and line.kpi_id.id,
                "kpi_level": line.kpi_level,
            }
            for appraisal in self for line in appraisal.template_id.line_ids
        ])
        self._refresh_figures()

    def _refresh_figures(self):
        """Measure the key figures of these appraisals, and the points that follow from them.

        Each KPI is measured once for all people of a month, so that the number of queries does not depend on
        them. An item whose KPI has no data is left to the superior.
        """
        self.env["key.account.appraisal.line"].flush_model()
        for (company, date_from, date_to), appraisals in self.grouped(
            lambda appraisal: (appraisal.company_id, appraisal.date_from, appraisal.date_to)
        ).items():
            figures = appraisals._measure_all(company, date_from, date_to)
            for line in appraisals.line_ids:
                line.write(line._get_figures(figures))

    def _measure_all(self, company, date_from, date_to):
        """Return all figures that the items need: {(KPI, level): {subject: Measure}}.

        :rtype: dict
        """
        needed = set()
        for line in self.line_ids:
            needed.update((kpi, line.kpi_level) for kpi in line._get_kpis())
        subjects = {"person": self.user_id, "team": self.team_id}
        return {
            (kpi, level): kpi.with_company(company)._measure(subjects[level], date_from, date_to)
            for kpi, level in sorted(needed, key=lambda need: (need[0].id, need[1]))
        }


class KeyAccountAppraisalLine(models.Model):
    """The figures of an item."""

    _inherit = "key.account.appraisal.line"

    def _get_kpis(self):
        """Return the KPIs by which an item is scored, or which stand beside it."""
        self.ensure_one()
        return self.kpi_id or self.template_line_id.reference_kpi_ids

    def _get_figures(self, figures):
        """Return the values of an item that follow from the figures.

        :param dict figures: as :meth:`KeyAccountAppraisal._measure_all` gives them
        :rtype: dict
        """
        self.ensure_one()
        appraisal = self.appraisal_id
        subject = appraisal.team_id if self.kpi_level == "team" else appraisal.user_id
        found = {kpi: figures[kpi, self.kpi_level][subject] for kpi in self._get_kpis()}
        if not self.kpi_id:
            return {"reference_data": [
                {"kpi_id": kpi.id, "measure": [number and str(number) for number in measure]}
                for kpi, measure in found.items()
            ]}
        measure = found[self.kpi_id]
        points = self.template_line_id._get_points(measure.value)
        was_measured = self.is_measured
        values = {
            "is_measured": measure.value is not None,
            "kpi_value": measure.value or 0,
            "kpi_numerator": measure.numerator or 0,
            "kpi_denominator": measure.denominator or 0,
        }
        if points is not None or was_measured:
            values["points"] = points or 0
        return values
