from odoo import api, models

from . import (
    accounts,
    customer_file,
    customers,
    grading,
    leads,
    ledger,
    ownership,
    people,
    performance_appraisal,
    performance_pay,
    performance_reports,
    performance_targets,
    secrecy,
    service_complaints,
    service_month,
    service_satisfaction,
    service_visits,
    work,
)
from .world import World


class KeyAccount(models.Model):
    _inherit = "key.account"

    @api.model
    def _load_demo_data(self, order_share=1.0):
        """Fill the current company with the demonstration: a maker of hydraulics and its customers.

        It is the same for everyone who loads it on the same day, and ends on that day. Once loaded it
        is left alone.

        :param float order_share: what part of the orders to make; tests make few
        """
        if people.exist(self.env):
            return
        world = World(self.env, order_share)
        people.make(world)
        customers.make(world)
        ledger.make(world)
        leads.make(world)
        self._tell_demo_story(world)
        secrecy.make(world)
        work.make(world)
        secrecy.plan_meetings(world)
        ledger.take_snapshots(world)
        ownership.finish(world)
        service_visits.make(world)
        service_month.make(world)
        service_visits.show_states(world)
        world.analyze()
        performance_targets.make(world)
        performance_appraisal.make(world)
        performance_pay.make(world)
        # Plans, expenses, the receivables diary and work reports
        performance_reports.make(world)

    @api.model
    def _tell_demo_story(self, world):
        """Let the people do what they would have done in two years, in that order."""
        admitted = accounts.with_plan(world, "admitted")
        accounts.take_over(world, days_ago=725)
        accounts.admit(world, admitted[:2], days_ago=560)
        grading.import_history(world, days_ago=400)
        ownership.let_go(world, days_ago=385)
        grading.apply_yearly(world, days_ago=365)
        accounts.reject(world, days_ago=310)
        ownership.redistribute(world, days_ago=300)
        grading.terminate(world, "manager1", "manager3", days_ago=270)
        accounts.admit(world, admitted[2:], days_ago=250)
        accounts.suspend(world, days_ago=210)
        grading.apply_half_yearly(world, days_ago=182)
        grading.terminate(world, "manager2", "manager4", days_ago=120)
        ownership.stand_in(world, days_ago=110)
        grading.cancel(world, days_ago=60)
        ownership.negotiate(world, days_ago=55)
        accounts.fill_pipeline(world, days_ago=38)
        grading.approve_consumption(world, days_ago=26)
        grading.submit_relationship(world, days_ago=15)
        grading.review(world, days_ago=9)
        ownership.fill_desks(world)
        grading.score(world, days_ago=4)
        grading.draft(world)
        customer_file.make(world)
        service_satisfaction.make(world)
        service_complaints.make(world)
