import pytest
from tests.web.test_access_matrix import *  # noqa
from tests.support.access import EVERYBODY, METHODS, addresses, outcome, table
MINE="credentials profile-directory office-credential office-credential-rule office-decisions office-decision-answer office-hide-person badge-issuer badge-achievement badge-drawing badge-key badge-status badge-document badge-token badge-picture verify-qr verify-number verify badge-keys directory office-person office-bring-forward member-certificate".split()
@pytest.mark.parametrize("who", EVERYBODY)
def test_mine(db, cast, who):
    client, expected = cast.client(who), table()
    wrong=[]
    for name, route in addresses().items():
        if name not in MINE: continue
        path = cast.path(name, route)
        for m in METHODS:
            right=expected[name][m][who]; found=outcome(client,m,path,cast.forms.get(name))
            if found!=right: wrong.append(f"{m} {path} ({name}) {who}: {found} instead of {right}")
    assert not wrong, "\n".join(wrong)
