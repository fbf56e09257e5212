"""Show the failures in the log of Odoo's test runner: odoo_log.py LOG [LEAST-NUMBER-OF-TESTS].

Exits 1 when a test failed, an error was logged, or fewer tests ran than wanted.
"""
import re
import sys
from pathlib import Path

HEAD = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<text>.*)$")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def main(log, least="1"):
    shown, errors, ran, failed = False, 0, 0, 0
    for line in Path(log).read_text().splitlines():
        if match := HEAD.match(line):
            shown = match["level"] in ("ERROR", "CRITICAL")
            if summary := SUMMARY.search(match["text"]):
                failed += int(summary[1]) + int(summary[2])
                ran += int(summary[3])
            errors += shown
        if shown:
            print(f"    {match['text'] if match else line}")
    print(f"    {ran} tests of Odoo's own ran, {failed} failed (log: {log})")
    if ran < int(least):
        print(f"    error: at least {least} were expected")
    return failed or errors or ran < int(least)


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
