from odoo import models

from ...calculations.grading import plain


class KeyAccountSettlement(models.Model):
    """Explaining: each line as sentences, score → band → base → department → reward → allowance → total."""

    _inherit = "key.account.settlement"

    def _explain(self, draft):
        """Return the explanation of a line in every language of the database.

        :param LineDraft draft: the line
        :rtype: dict
        """
        languages = self.env["key.account.grading.run"]._get_languages()
        return {
            lang: "\n".join(self.with_context(lang=lang)._get_sentences(draft)) for lang in languages
        }

    def _get_sentences(self, draft):
        parts = []
        if draft.kind == "correction":
            parts += self._get_correction_sentences(draft)
        elif draft.appraisal:
            parts += [*self._get_payout_sentences(draft), *self._get_department_sentences(draft)]
        parts += [self._get_reward_sentence(draft, reward) for reward in draft.rewards]
        if draft.allowance:
            parts.append(self.env._("Field allowance: %s.", money(draft.allowance)))
        if draft.award:
            parts.append(self.env._(
                "Awards: %(amount)s (%(reason)s).",
                amount=money(draft.award), reason=draft.award_reason.replace("\n", "; "),
            ))
        parts.append(self.env._("Total: %s.", money(draft.total)))
        return parts

    def _get_payout_sentences(self, draft):
        env, terms = self.env, draft.terms
        if draft.kind == "late":
            yield env._(
                "For %s, whose settlement was frozen before the appraisal was approved.",
                f"{draft.month:%Y-%m}",
            )
        yield self._get_band_sentence(draft)
        if draft.presence != 1:
            yield env._(
                "Base: %(base)s × %(presence)s of the days = %(counted)s.",
                base=money(terms.base), presence=f"{draft.presence * 100:.2f} %",
                counted=money(draft.base_counted),
            )
        yield env._(
            "Performance pay: %(base)s × %(rate)s = %(amount)s.",
            base=money(draft.base_counted), rate=per_cent(draft.rate), amount=money(draft.performance),
        )

    def _get_band_sentence(self, draft):
        env = self.env
        reached = [(lower, rate) for lower, rate in draft.terms.bands if draft.score >= lower]
        if not reached:
            return env._("Score %s: below every band, which pays nothing.", f"{draft.score:.2f}")
        lower, rate = max(reached, key=lambda band: band[0])
        higher = min((bound for bound, _rate in draft.terms.bands if bound > lower), default=None)
        band = (
            env._("from %(lower)s to below %(higher)s", lower=plain(lower), higher=plain(higher))
            if higher is not None else env._("from %s", plain(lower))
        )
        if rate is None:
            return env._(
                "Score %(score)s: the band %(band)s pays the score's own per cent, %(rate)s.",
                score=f"{draft.score:.2f}", band=band, rate=per_cent(draft.rate),
            )
        return env._(
            "Score %(score)s: the band %(band)s pays %(rate)s of the base.",
            score=f"{draft.score:.2f}", band=band, rate=per_cent(draft.rate),
        )

    def _get_department_sentences(self, draft):
        env, terms = self.env, draft.terms
        result = self._get_result_label(draft.department_result)
        if draft.department_result == "met" or not terms.department_rate:
            yield env._("Department: %s; nothing is added or taken.", result)
            return
        of_payout = terms.department_base == "payout"
        yield env._(
            "Department: %(result)s; %(sign)s%(rate)s of %(base)s = %(amount)s.",
            result=result, sign="−" if draft.department_result == "missed" else "+",
            rate=per_cent(terms.department_rate),
            base=money(draft.performance if of_payout else draft.base_counted),
            amount=money(draft.department_amount),
        )

    def _get_result_label(self, result):
        labels = dict(self._fields["department_result"]._description_selection(self.env))
        return labels.get(result, self.env._("no result"))

    def _get_reward_sentence(self, draft, reward):
        env = self.env
        names = dict(reward.terms.names)
        values = {
            "kind": names.get(env.lang) or names.get("en_US") or "",
            "amount": money(reward.amount),
            "count": len(reward.documents),
            "month": f"{reward.month:%Y-%m}",
            "rate": per_cent(reward.terms.rate),
            "reward": money(draft.get_reward_of(reward)),
        }
        if draft.kind == "correction":
            return env._(
                "%(kind)s: %(count)s documents of %(month)s have changed by %(amount)s since; × %(rate)s = "
                "%(reward)s.",
                **values,
            )
        if reward.terms.basis == "invoiced":
            return env._(
                "%(kind)s: %(amount)s invoiced by %(count)s documents of %(month)s × %(rate)s = %(reward)s.",
                **values,
            )
        return env._(
            "%(kind)s: %(amount)s collected on %(count)s documents in %(month)s × %(rate)s = %(reward)s.",
            **values,
        )

    def _get_correction_sentences(self, draft):
        env, before = self.env, draft.before
        yield env._("Correction of %s, which is frozen.", f"{draft.month:%Y-%m}")
        if draft.appraisal.state == "cancelled":
            yield env._("The appraisal was cancelled.")
        elif draft.score != before.score:
            yield env._(
                "The score was %(before)s and is %(now)s.",
                before=f"{before.score:.2f}", now=f"{draft.score:.2f}",
            )
        if draft.base_counted != before.base_counted:
            yield env._(
                "The base counted was %(before)s and is %(now)s.",
                before=money(before.base_counted), now=money(draft.base_counted),
            )
        if draft.department_result != before.department_result:
            yield env._(
                "The department's result was “%(before)s” and is “%(now)s”.",
                before=self._get_result_label(before.department_result),
                now=self._get_result_label(draft.department_result),
            )
        if draft.payout:
            paid = before.performance + before.department_amount
            yield env._(
                "Payout: %(now)s instead of %(before)s = %(amount)s.",
                now=money(paid + draft.payout), before=money(paid), amount=money(draft.payout),
            )


def money(amount):
    """Write an amount as it stands on a pay sheet."""
    return f"{amount:,.2f}"


def per_cent(fraction):
    """Write a fraction as a percentage."""
    return f"{plain(fraction * 100)} %"
