"""A pytest plugin: say how many hostile calls the passed tests have made.

A test that attacks counts its calls in ``tried``; it passes only where each was refused, or answered
with nothing of what is hidden.
"""
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and (tried := getattr(item.instance, "tried", 0)):
        report.user_properties.append(("tried", tried))
    return report


def pytest_terminal_summary(terminalreporter):
    counts = [
        value
        for report in terminalreporter.stats.get("passed", ())
        for name, value in report.user_properties
        if name == "tried"
    ]
    if counts:
        terminalreporter.write_line(
            f"{sum(counts)} hostile calls in {len(counts)} tests: each refused, or told nothing of what is"
            " hidden"
        )
