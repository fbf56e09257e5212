from decimal import Decimal

from odoo import api, models
from odoo.fields import Command

from ...calculations import satisfaction as calculation


class KeyAccountSatisfaction(models.Model):
    """What the answers say: scores, trend, and who has to talk to the customer."""

    _inherit = "key.account.satisfaction"

    def _take_answers(self):
        """Compute the scores from the answers that came in, once; called as superuser.

        What comes in for a survey that is not waited for any more counts nothing.
        """
        for satisfaction in self.filtered(lambda satisfaction: satisfaction.state == "sent"):
            satisfaction.write(satisfaction._get_result())
            if satisfaction.is_low:
                satisfaction._open_follow_up()

    def _get_result(self):
        """Return what is written when the answers have come in.

        What has no answer is not written: in the database it stays empty, and averages leave it out.

        :rtype: dict
        """
        self.ensure_one()
        judged = self._get_judgements()
        overall = calculation.rounded(calculation.overall_score(judged.values()))
        bound = Decimal(str(self.company_id.key_account_low_score))
        recommendation = self._get_recommendation()
        return {
            "state": "answered",
            "answer_date": self._get_today(),
            "has_score": overall is not None,
            "is_low": calculation.is_low(overall, judged.values(), bound, recommendation),
            "comment": self._get_comment(),
            "line_ids": [
                Command.create({
                    "dimension_id": dimension.id,
                    "answer_id": answer.id,
                    "score": float(calculation.rounded(score)),
                })
                for (dimension, answer), score in judged.items()
            ],
            **(self._get_score_values(overall) if overall is not None else {}),
            **self._get_recommendation_values(recommendation),
        }

    def _get_score_values(self, overall):
        """Return the score and its trend.

        :param Decimal overall: the rounded overall score
        :rtype: dict
        """
        previous = self._get_previous()
        values = {"score": float(overall), "previous_id": previous.id}
        if previous:
            values["score_change"] = float(overall - Decimal(str(previous.score)))
        return values

    def _get_recommendation_values(self, value):
        if value is None:
            return {}
        return {"recommendation": value, "recommendation_group": calculation.recommendation_group(value)}

    def _get_judgements(self):
        """Return what each dimension was given: {(dimension, answer): unrounded score}.

        A dimension is a row of a matrix, a question with choices or one with a scale; only answers that the
        question offers count, and the first one where a page that is not ours sent several.

        :rtype: dict
        """
        judged, seen = {}, set()
        for line in self.user_input_id.user_input_line_ids.sorted("id"):
            is_matrix = line.question_id.question_type == "matrix"
            dimension = (line.matrix_row_id if is_matrix else line.question_id).key_account_dimension_id
            if not dimension or dimension in seen or line.skipped:
                continue
            score = self._get_line_score(line)
            if score is not None:
                seen.add(dimension)
                judged[dimension, line.suggested_answer_id] = score
        return judged

    @api.model
    def _get_line_score(self, line):
        """Return what one answer is worth, or None where it is none that the question offers.

        :param line: one ``survey.user_input.line``
        :rtype: Fraction or None
        """
        question, row, answer = line.question_id, line.matrix_row_id, line.suggested_answer_id
        if question.question_type == "scale":
            is_given = line.answer_type == "scale"
            bounds = (question.scale_min, question.scale_max)
            return calculation.scale_score(line.value_scale, *bounds) if is_given else None
        offered = question.suggested_answer_ids.sorted(lambda choice: (choice.sequence, choice.id))
        is_row_ours = question.question_type != "matrix" or row in question.matrix_row_ids
        if answer not in offered or not is_row_ours:
            return None
        return calculation.answer_score(offered.mapped("answer_score"), list(offered.ids).index(answer.id))

    def _get_recommendation(self):
        """Return the answer to the first question with a scale from 0 to 10 for no dimension, or None."""
        for line in self.user_input_id.user_input_line_ids.sorted("id"):
            question = line.question_id
            if (
                question.question_type == "scale" and not line.skipped and line.answer_type == "scale"
                and not question.key_account_dimension_id
                and (question.scale_min, question.scale_max) == (0, 10) and 0 <= line.value_scale <= 10
            ):
                return line.value_scale
        return None

    def _get_comment(self):
        """Return what was written in free text, one answer a paragraph."""
        lines = self.user_input_id.user_input_line_ids.sorted("id")
        texts = [line.value_text_box or line.value_char_box for line in lines]
        return "\n\n".join(text.strip() for text in texts if text and text.strip()) or False

    def _get_previous(self):
        """Return the account's last survey with a score before this one."""
        return self.search([
            ("account_id", "=", self.account_id.id), ("has_score", "=", True), ("id", "!=", self.id),
        ], order="answer_date desc, id desc", limit=1)

    # === THE PRINTED FORM === #

    def _get_form_questions(self):
        """Return the questions that the paper form asks, as superuser.

        :rtype: survey.question
        """
        self.ensure_one()
        # sudo: questionnaires are the survey app's; whoever reads the survey reads its questions
        survey = self.sudo().survey_id or self.company_id._get_key_account_survey()
        return survey.question_ids

    def _is_answer_given(self, asks, answer):
        """Return whether a question or a row of a matrix was answered so."""
        dimension = asks.key_account_dimension_id
        return bool(dimension) and any(
            line.dimension_id == dimension and line.answer_id == answer
            for line in self.line_ids.sudo()  # sudo: the answers that it offers are the survey app's
        )

    # === WHO TALKS TO THE CUSTOMER === #

    def _open_follow_up(self):
        """See to it that somebody talks to a customer who is not satisfied.

        The responsible gets an activity, and whoever looks at the account beside him another one: the
        department's leader or who stands in for him, for a secret account a director. It is the same for
        each grade: who that is follows from the account, and the best customers are guarded by their
        confidentiality. Override to do more, e.g. to open a complaint.
        """
        self.ensure_one()
        account = self.account_id
        responsible = self._get_responsible()
        self._give_activity(
            responsible,
            lambda env: env._("The customer is not satisfied: talk to him and agree on what is done"),
        )
        overseer = account._get_overseer()
        if overseer != responsible:
            self._give_activity(
                overseer, lambda env: env._("A customer is not satisfied: see that it is followed up")
            )

    def _get_responsible(self):
        """Return who is told of what is due for this survey, as far as he is still there.

        :rtype: res.users
        """
        self.ensure_one()
        user = self.user_id.filtered("active")
        inside = user - self.env["key.account"]._filter_outsiders(self, user)
        return inside or self.account_id._get_responsible()
