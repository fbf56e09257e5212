"""Say what a .po file still lacks."""
import sys

import polib

po = polib.pofile(sys.argv[1])
missing = po.untranslated_entries() + po.fuzzy_entries()
print(f"{sys.argv[1]}: {len(po)} terms, {len(missing)} to translate")
for entry in missing[:20]:
    print(f"  {entry.msgid[:100]!r}")
