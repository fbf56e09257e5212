from odoo.http import request, route

from odoo.addons.survey.controllers.main import Survey


class KeyAccountSurvey(Survey):
    """Answer sheets of key accounts in the browser."""

    def _check_validity(self, survey_sudo, answer_sudo, answer_token, ensure_token=True, check_partner=True):
        """Let one of us fill in the sheet that he opened with the customer, and no other one."""
        if answer_sudo.account_id and self._is_interviewer(answer_sudo):
            check_partner = False
        return super()._check_validity(
            survey_sudo, answer_sudo, answer_token, ensure_token=ensure_token, check_partner=check_partner
        )

    def _is_interviewer(self, answer_sudo):
        satisfaction_sudo = answer_sudo.key_account_satisfaction_ids
        # sudo(False): whether he still sees the account
        return (
            satisfaction_sudo.interviewer_id == request.env.user
            and satisfaction_sudo.sudo(False).has_access("write")
        )

    @route()
    def survey_retry(self, survey_token, answer_token, **post):
        """A survey of a key account has one sheet: a second one would count for nobody."""
        _survey_sudo, answer_sudo = self._fetch_from_access_token(survey_token, answer_token)
        if answer_sudo.account_id:
            return request.redirect(answer_sudo.get_start_url())
        return super().survey_retry(survey_token, answer_token, **post)
