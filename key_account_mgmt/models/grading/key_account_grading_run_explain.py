import json
from decimal import ROUND_HALF_UP, localcontext

from odoo import api, models

from ...calculations.grading import plain, to_decimal

# What stands in a sentence for the figures that differ from row to row
GAPS = {name: f"\0{name}\0" for name in ("amount", "count", "history", "share")}


class KeyAccountGradingRun(models.Model):
    """Explaining: each row's figures as sentences, in every language of the database."""

    _inherit = "key.account.grading.run"

    def _get_explanations(self, rows, total):
        """Return the explanation of each row as a JSON text {language: sentence}.

        :rtype: list
        """
        texts = {lang: self._get_explanation_texts(lang, total) for lang in self._get_languages()}
        if self.method == "score":
            return [
                json.dumps(self._get_score_explanations(row.score, row.parts, row.proposed, texts))
                for row in rows
            ]
        with localcontext() as context:
            context.rounding = ROUND_HALF_UP  # figures are written as they are stored
            return self._get_sentences(rows, texts)

    def _get_sentences(self, rows, texts):
        """Return the explanations of rows that have no score."""
        method, templates = self.method, {}
        explanations = []
        for row in rows:
            amount, history, count = row.sales
            # the sentences of alike rows differ in their figures alone
            kind = (bool(history), row.proposed, bool(row.holder and row.holder.has_potential))
            if kind not in templates:
                templates[kind] = {lang: self._get_sentence(text, *kind) for lang, text in texts.items()}
            figures = {
                "amount": f"{amount:,.2f}",
                "count": count,
                "history": f"{history:,.2f}",
                "share": f"{row.share:,.2f}" if method == "share" else "",
            }
            sentences = {lang: template % figures for lang, template in templates[kind].items()}
            if row.holder and row.holder.exception:
                reason, until, _asked, _approved = row.holder.exception
                for lang, text in texts.items():
                    sentences[lang] += text["exception"] % {"until": until, "reason": reason}
            explanations.append(json.dumps(sentences))
        return explanations

    @api.model
    def _get_languages(self):
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return codes if "en_US" in codes else ["en_US", *codes]

    def _get_explanation_texts(self, lang, total):
        """Return the sentences of an explanation in one language, with what is the same in all rows."""
        run = self.with_context(lang=lang)
        env = run.env
        lines = run.grade_line_ids.sorted("sequence")
        is_share = self.method == "share"

        def bound(line):
            return f"{plain(line.threshold)} %" if is_share else plain(line.threshold)

        starts = {
            line.grade_id.id: env._("%(grade)s starts at %(bound)s", grade=line.code, bound=bound(line))
            for line in lines
        }
        lowest = lines[-1:]
        documents = {
            "ordered": env._("%(amount)s in %(count)s orders, %(date_from)s to %(date_to)s"),
            "invoiced": env._("%(amount)s in %(count)s invoices, %(date_from)s to %(date_to)s"),
            "collected": env._("%(amount)s in %(count)s payments, %(date_from)s to %(date_to)s"),
        }[self.basis]
        return {
            "documents": documents,
            "history": env._(", of which %(history)s imported"),
            "share": env._(", is %(share)s %% of %(total)s"),
            "reached": env._("; %(bound)s."),
            "starts": starts,
            "none": env._("; no grade: the lowest, %(bound)s."),
            "lowest": starts.get(lowest.grade_id.id, ""),
            "potential": env._(" It is only for customers marked as having growth potential."),
            "lowest_needs_potential": lowest.needs_growth_potential,
            "manual": env._("Judged by the clauses of the scheme; not computed."),
            "exception": env._(" An exception holds until %(until)s: %(reason)s"),
            "score": env._("Score %(score)s"),
            "dimension": env._("%(name)s %(weight)s %% × %(points)s points"),
            "measured": env._(" (measured: %(value)s)"),
            "no_data": env._("%(name)s %(weight)s %%: no data"),
            "names": {dimension.id: dimension.name for dimension in run.scheme_id.dimension_ids},
            "total": f"{total:,.2f}",
            "date_from": str(self.date_from) if self.date_from else env._("the beginning"),
            "date_to": str(self.date_to),
        }

    def _get_sentence(self, text, has_history, proposed, has_potential):
        """Return the explanation of rows of a kind in one language, with gaps for their figures.

        :param dict text: see :meth:`_get_explanation_texts`
        :param bool has_history: imported history is a part of the amount
        :param int proposed: id of the grade that they reach, or a false value
        :param bool has_potential: they are marked as having growth potential
        :rtype: str
        """
        if self.method == "manual":
            parts = [text["manual"]]
        else:
            parts = [text["documents"] % (text | GAPS)]
            if has_history:
                parts.append(text["history"] % GAPS)
            if self.method == "share":
                parts.append(text["share"] % (text | GAPS))
            if proposed:
                parts.append(text["reached"] % {"bound": text["starts"][proposed]})
            else:
                parts.append(text["none"] % {"bound": text["lowest"]})
                if text["lowest_needs_potential"] and not has_potential:
                    parts.append(text["potential"])
        sentence = "".join(parts).replace("%", "%%")
        for name, gap in GAPS.items():
            sentence = sentence.replace(gap, f"%({name})s")
        return sentence

    def _get_score_explanations(self, score, parts, proposed, texts=None):
        """Return the explanation of a score in every language.

        :param Decimal score: the score
        :param parts: ``(dimension id, weight, points or None, value or None)``
        :param int proposed: id of the grade that it reaches, or a false value
        :param dict texts: {lang: sentences}, where the caller has them already
        :return: {lang: explanation}
        :rtype: dict
        """
        if texts is None:
            total = to_decimal(self.total_amount)
            texts = {lang: self._get_explanation_texts(lang, total) for lang in self._get_languages()}
        result = {}
        for lang, text in texts.items():
            sides = []
            for dimension_id, weight, points, value in parts:
                side = text["dimension" if points is not None else "no_data"] % {
                    "name": text["names"].get(dimension_id, ""),
                    "weight": plain(weight),
                    "points": plain(points or 0),
                }
                if value is not None:
                    side += text["measured"] % {"value": f"{value:,.2f}"}
                sides.append(side)
            end = (
                text["reached"] % {"bound": text["starts"][proposed]} if proposed
                else text["none"] % {"bound": text["lowest"]}
            )
            result[lang] = f"{text['score'] % {'score': f'{score:.2f}'}}: {'; '.join(sides)}{end}"
        return result
