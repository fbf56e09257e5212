"""The service layer in a big department: visit plans; complaints beside OCA's tickets and Odoo's own leads.

Each part measures in its own databases, and writes its own section of RESULTS.md.
"""

import sys

from lib import service_complaints, service_plans
from lib.results import machine, write_section


def main():
    text = "\n".join([
        "## service.py: a year's visit plan of a big department", "", f"{machine()}.", "",
        service_plans.report(service_plans.measure()),
    ])
    write_section("service_plans", text)
    sys.stdout.write(text + "\n")
    service_complaints.run()


if __name__ == "__main__":
    main()
