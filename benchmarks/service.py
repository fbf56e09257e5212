"""The service layer: complaints beside OCA's tickets and Odoo's own leads, and their escalation.

Each part measures in its own databases and writes its own section of RESULTS.md.
"""

from lib import service_complaints


def main():
    service_complaints.run()


if __name__ == "__main__":
    main()
