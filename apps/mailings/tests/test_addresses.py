import pytest
from django.core.exceptions import ValidationError

from ..recipients.addresses import normalized


@pytest.mark.parametrize("typed, kept", [
    ("u@X.Org", "u@x.org"), ("U.Name+tag@x.org", "U.Name+tag@x.org"),
    ("u@пример.рф", "u@xn--e1afmkfd.xn--p1ai"), ("u@faß.de", "u@xn--fa-hia.de"),
    (" u@x.org\u00a0", "u@x.org"),
])
def test_an_address_that_can_be_carried_is_kept_normalized(typed, kept):
    assert normalized(typed) == kept


@pytest.mark.parametrize("typed", [
    "иван@пример.рф", "u@localhost", "u@[127.0.0.1]", "u@127.0.0.1", '"a b"@x.org',
    "a@x.org,b@x.org", "N <u@x.org>", "-oQ@x.org", "u@x\u200b.org", "u\u202e@x.org",
    "ｕ@x.org", "u@x\u3002org\u200b", "u@😀.org", "u@x", "@x.org", "u@", "u", "u..v@x.org",
    "u.@x.org", "u@x..org", "u@-x.org", f"{'a' * 65}@x.org", f"u@{'a.' * 200}org",
    "u@x.org\nBcc: a@b.c", "u@x_y.org", "u@x.org.", "",
    "u,@x.org", "u>@x.org", "u@@x.org", 'u"@x.org', "u:@x.org", "u\\@x.org",
])
def test_an_address_that_smtp_can_not_carry_is_refused(typed):
    with pytest.raises(ValidationError):
        normalized(typed)
