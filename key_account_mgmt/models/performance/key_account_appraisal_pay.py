from odoo import api, fields, models
from odoo.exceptions import UserError

from ...calculations.grading import to_decimal
from ..access.roles import group
from .key_account_settlement_line import DEPARTMENT_RESULT

PAYABLE_STATES = ("approved", "published")


class KeyAccountAppraisal(models.Model):
    """What an appraisal is worth, for those who may see somebody's pay, and for nobody else.

    Many more read an appraisal. So nothing of this is stored here: the figures are those of the settled
    lines that the reader himself may read.
    """

    _inherit = "key.account.appraisal"

    currency_id = fields.Many2one(related="company_id.currency_id")
    settlement_line_ids = fields.One2many(
        comodel_name="key.account.settlement.line", inverse_name="appraisal_id", string="Pay",
    )
    base_pay = fields.Monetary(
        compute="_compute_pay",
        help="The person's own base for the days that he was there. Only for those who may see his pay.",
    )
    department_result = fields.Selection(selection=DEPARTMENT_RESULT, compute="_compute_pay")
    payout = fields.Monetary(
        compute="_compute_pay",
        help="By score, base and the department's result; before it is settled, what it would come to. "
        "Only for those who may see the person's pay.",
    )
    can_see_pay = fields.Boolean(compute="_compute_pay")

    @api.depends("score", "state", "presence_rate", "settlement_line_ids.payout")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pay(self):
        lines = self._find_readable_lines()
        overseen = self._filter_pay_overseen()
        due = overseen.filtered(lambda appraisal: appraisal._origin not in lines)
        terms = due._get_pay_terms()
        results = due._get_department_results(terms)
        for appraisal in self:
            mine = lines.get(appraisal._origin, self.env["key.account.settlement.line"])
            first = mine.filtered(lambda line: line.kind != "correction")[:1]
            base, result, paid = first.base_counted, mine[-1:].department_result, sum(mine.mapped("payout"))
            if appraisal in terms:
                own, result = terms[appraisal], results[appraisal]
                counted = own.get_counted_base(appraisal.presence_rate)
                base = float(counted)
                paid = float(own.get_payout(appraisal.score, counted, result).total)
            appraisal.base_pay, appraisal.department_result, appraisal.payout = base, result, paid
            appraisal.can_see_pay = bool(mine) or appraisal in terms

    def _find_readable_lines(self):
        """Return the settled lines of these appraisals that the user, whatever code asks for him, may read.

        :rtype: dict
        :return: {appraisal: key.account.settlement.line}
        """
        lines = self.env["key.account.settlement.line"]
        # sudo(False): asked for the one who reads, not for the code that reads for him
        lines = lines.sudo(False)
        if not lines.has_access("read"):
            return {}
        found = lines.search([("appraisal_id", "in", self._origin.ids)], order="id")
        return found.with_env(self.env).grouped("appraisal_id")

    def _filter_pay_overseen(self):
        """Return the appraisals whose pay the user sees before it is settled.

        He is the clerk or a leader of the department, the director or an executive.
        """
        user = self.env.user
        companies = user._get_overseen_companies()
        leads, keeps = (user.has_group(group(role)) for role in ("leader", "clerk"))

        def oversees(appraisal):
            # sudo: who works in a department is asked for any reader
            team = appraisal.sudo().team_id
            return (
                appraisal.company_id in companies
                or (leads and user in team._get_key_account_leaders())
                or (keeps and user == team.key_account_clerk_id)
            )

        return self.filtered(oversees)

    # === BUSINESS METHODS === #

    def _is_payable(self):
        """Return whether the appraisal is decided on for good, so that it is paid by."""
        self.ensure_one()
        return self.state in PAYABLE_STATES

    def _get_pay_terms(self, strict=False):
        """Return on what terms these appraisals are paid, for those whose template has a scheme.

        :param bool strict: refuse, in words, what would keep somebody from being paid
        :rtype: dict
        :return: {appraisal: Terms}
        """
        # sudo: for those who may see the figures that come out
        appraisals = self.sudo().filtered(lambda one: one.template_id.pay_scheme_id and one.date_to)
        terms, general, lacking = {}, {}, self.env["res.users"]
        homes = appraisals.grouped(lambda appraisal: (appraisal.team_id, appraisal.company_id))
        for (team, company), paid in homes.items():
            # sudo: as above
            bases = self.env["key.account.pay.base"].sudo()._find_bases(paid.user_id, team, company)
            for appraisal in paid:
                scheme = appraisal.template_id.pay_scheme_id
                own = bases.get(appraisal.user_id)
                base = own and own._pick(scheme, appraisal.date_to)
                if not base and not scheme.base_amount:
                    lacking |= appraisal.user_id
                if (scheme, company) not in general:
                    general[scheme, company] = scheme._get_terms(company, strict)
                own_terms = general[scheme, company]
                if base:
                    own_terms = own_terms._replace(base=to_decimal(base.amount))
                terms[appraisal.with_env(self.env)] = own_terms
        if strict and lacking:
            raise UserError(self.env._(
                "These people have no pay base, and their scheme has none for everybody: %(people)s. Have "
                "their bases entered first.",
                people=lacking.mapped("name"),
            ))
        return terms

    def _get_department_results(self, appraisals):
        """Return the result of each appraisal's department in its month; one question a department and month.

        :param appraisals: of which ones
        :rtype: dict
        """
        results, asked = {}, {}
        for appraisal in appraisals:
            key = (appraisal.team_id, appraisal.date_from, appraisal.date_to)
            if key not in asked:
                asked[key] = self.env["key.account.settlement"]._get_department_result(*key)
            results[appraisal] = asked[key] or "met"
        return results
