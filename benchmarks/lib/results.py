"""RESULTS.md: each program writes its own section and leaves the others alone."""

import os
import platform
import re
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "RESULTS.md"
HEAD = "# Benchmarks\n\nWritten by the programs in this folder: `make bench`. Do not edit.\n"


def machine():
    """Describe what it ran on; other work on the machine at the time shows in the load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors, {memory:.0f} GB of memory, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}"
    )


def write_section(name, text):
    """Put a program's text in place of what it wrote before.

    :param str name: the section's mark
    :param str text: Markdown, its heading included
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}\n"
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    pattern = re.compile(rf"{re.escape(begin)}.*{re.escape(end)}\n", re.DOTALL)
    new = pattern.sub(lambda _match: section, old) if pattern.search(old) else f"{old}\n{section}"
    FILE.write_text(new, encoding="utf-8")
