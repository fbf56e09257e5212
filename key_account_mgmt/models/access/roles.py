"""The addon's roles by their short names, for Python and for the ``groups=`` of fields."""

ROLES = ("assistant", "manager", "leader", "director", "clerk", "service", "inspector", "executive")

# Who stands in at an approval step when nobody of the role itself may decide (DESIGN: approval).
FALLBACKS = {
    "clerk": ("clerk", "director", "executive"),
    "leader": ("leader", "director", "executive"),
    "director": ("director", "executive"),
    "executive": ("executive",),
}


def group(role):
    """Return the xml id of a role's group.

    :param str role: one of :data:`ROLES`, or ``document``
    :rtype: str
    """
    return f"key_account_mgmt.group_key_account_{role}"


# Anyone who works with key accounts; closes a field to all other users of the database.
ANY_ROLE = ",".join(group(role) for role in ROLES)
