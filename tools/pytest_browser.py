"""A pytest plugin: a browser test that is skipped has failed.

Odoo skips it when Chromium is missing or does not answer; a green run would then say nothing about
the screens.
"""
import pytest

from odoo.tests import HttpCase


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    is_browser_test = getattr(item, "cls", None) and issubclass(item.cls, HttpCase)
    if report.skipped and is_browser_test and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a browser test did not run: {reason}"
    return report
