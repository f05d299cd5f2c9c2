"""The page's code is named by k officers, in versions that follow one another (protocol 8.8)."""

import pytest

from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256
from policies.statements import PageCode, Revocation
from tests.policies import building
from tests.policies.building import TODAY, signed

PAGE = PageCode(2, sha256(b"manifest"))


def test_k_officers_name_a_page_and_fewer_do_not() -> None:
    note = signed(PAGE.text(), "officer-1", "officer-3")
    assert PageCode.verify(note, building.trust()) == PageCode.verify(note, building.trust(), after=1) == PAGE
    for others in (("officer-1",), ("officer-1", "gate-1")):
        with pytest.raises(ProofError):
            PageCode.verify(signed(PAGE.text(), *others), building.trust())


@pytest.mark.parametrize("after", [0, 2, 3])
def test_versions_follow_one_another(after: int) -> None:
    with pytest.raises(ProofError):
        PageCode.verify(signed(PAGE.text(), "officer-1", "officer-2"), building.trust(), after=after)


@pytest.mark.parametrize(
    "changed",
    [
        PAGE.text().replace("version 2", "version 0"),
        PAGE.text().replace("version 2", "version 02"),
        PAGE.text().replace(PAGE.manifest.hex(), PAGE.manifest.hex()[:-1]),
        PAGE.text().replace(PAGE.manifest.hex(), PAGE.manifest.hex().upper()),
        PAGE.text().replace("note page", "note bundle"),
        PAGE.text() + "more 1\n",
        Revocation("r1", TODAY).text(),
    ],
)
def test_any_other_form_is_refused(changed: str) -> None:
    with pytest.raises(MalformedError):
        PageCode.verify(signed(changed, "officer-1", "officer-2"), building.trust())


@pytest.mark.parametrize("page", [PageCode(0, PAGE.manifest), PageCode(1, b"short")])
def test_what_cannot_be_is_not_written(page: PageCode) -> None:
    with pytest.raises(MalformedError):
        page.text()
