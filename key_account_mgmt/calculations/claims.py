"""By what a new lead is recognised as a customer that somebody owns already (RULES O2, O3).

Each function turns what people type into a key that can be compared, or an empty string where there is
nothing to compare by.
"""

import re
import unicodedata

COUNTRY_PREFIX = re.compile(r"^(?:00|\+)?86(?=\d{8,})")
# What stands for nothing but the legal form; longer ones first.
LEGAL_SUFFIXES = tuple(sorted(
    (
        "有限责任公司", "股份有限公司", "集团有限公司", "集团股份有限公司", "控股有限公司", "有限公司",
        "股份公司",
        "集团公司", "公司", "集团", "合伙企业", "有限合伙", "普通合伙",
        "companylimited", "coltd", "co", "ltd", "limited", "inc", "incorporated", "corp", "corporation",
        "company", "llc", "llp", "plc", "gmbh", "ag", "kg", "sa", "sarl", "srl", "spa", "bv", "nv", "ab",
        "oy", "as", "pte", "pteltd", "ptyltd", "kk",
    ),
    key=len, reverse=True,
))
WORD_SUFFIXES = frozenset(suffix for suffix in LEGAL_SUFFIXES if suffix.isascii())
CHINESE_SUFFIXES = tuple(suffix for suffix in LEGAL_SUFFIXES if not suffix.isascii())
# A name that is shorter than this says too little.
MIN_NAME = 2
MIN_PHONE = 7
MIN_VAT = 6


def normalise_name(name):
    """Return the name of a company without spaces, punctuation, width and legal form.

    :param str name: as typed; may be empty or None
    :return: lower-case letters and digits, empty where too little is left
    :rtype: str

    >>> normalise_name("苏州岩泰工程机械 有限公司")
    '苏州岩泰工程机械'
    >>> normalise_name("Ro-Tec Hydraulics Co., Ltd.")
    'rotechydraulics'
    """
    text = unicodedata.normalize("NFKC", name or "").casefold()
    # a dot within a legal form joins its letters: S.A., G.m.b.H.
    text = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", text)
    words = re.findall(r"[^\W_]+", text)
    while len(words) > 1 and words[-1] in WORD_SUFFIXES:
        words.pop()
    key = "".join(words)
    for suffix in CHINESE_SUFFIXES:
        if key.endswith(suffix) and len(key) - len(suffix) >= MIN_NAME:
            key = key[: -len(suffix)]
            break
    return key if len(key) >= MIN_NAME else ""


def normalise_phone(phone):
    """Return the digits of a telephone number without the prefix of China (86, 0086, +86).

    :param str phone: as typed; may be empty or None
    :return: digits; the leading 0 of an area code is dropped, so that both ways of writing it are equal
    :rtype: str

    >>> normalise_phone("+86 (571) 8800-6600") == normalise_phone("0571-88006600")
    True
    """
    text = unicodedata.normalize("NFKC", phone or "")
    # an extension belongs to a person: 8800 6600 ext. 12
    text = re.split(r"(?i)ext|转|#|x", text)[0]
    digits = COUNTRY_PREFIX.sub("", re.sub(r"[^\d+]", "", text)).lstrip("+").lstrip("0")
    return digits if len(digits) >= MIN_PHONE else ""


def normalise_vat(vat):
    """Return a tax number in upper-case letters and digits.

    :param str vat: as typed; may be empty or None
    :rtype: str

    >>> normalise_vat("9133 0100-ma27w")
    '91330100MA27W'
    """
    key = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", vat or "").upper())
    return key if len(key) >= MIN_VAT else ""


def normalise_domain(email, free=frozenset()):
    """Return the domain of an e-mail address, unless everybody may have an address there.

    :param str email: an address, or a domain itself
    :param free: domains of free mail providers, in lower case
    :rtype: str

    >>> normalise_domain("Wang <wang@Rotec.cn>", {"qq.com"})
    'rotec.cn'
    >>> normalise_domain("wang@qq.com", {"qq.com"})
    ''
    """
    text = unicodedata.normalize("NFKC", email or "").strip().lower().strip("<>")
    domain = text.rsplit("@", 1)[-1].strip(" >.;,") if "@" in text else ""
    return domain if "." in domain and domain not in free else ""
