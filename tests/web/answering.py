"""How she answers the questions of a sample report, screen by screen, by what stands on the screen."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.web.visiting import Visitor

GIVEN = {
    ("self", "tick"): "self",
    ("self", "voice"): "aloud",
    ("representative_of_family", "tick"): "family",
    ("field_officer_for_person_present", "voice_read_aloud"): "officer",
}
NAMED = ("SUPPORT", "PARTNER", "UN_LETTER", "UN_ANON", "OVERSIGHT", "JUSTICE", "MEDIA")
_WRITTEN = date(2026, 11, 24)  # when the samples were


def dated(sample: dict[str, Any]) -> dict[str, Any]:
    """Return a sample with its time moved to today: the page offers no week that is long ago."""
    days = (date.today() - _WRITTEN).days  # noqa: DTZ011 - the page counts in days of her device
    time = sample["triage"]["time"]
    value: str = time["value"] or ""
    if "W" in value:
        year, number = map(int, value.split("-W"))
        year, number, _ = (date.fromisocalendar(year, number, 1) + timedelta(days // 7 * 7)).isocalendar()
        value = f"{year}-W{number:02}"
    elif value:
        year, month = map(int, value.split("-"))
        value = f"{date(year, month, 15) + timedelta(days):%Y-%m}"
    return {**sample, "triage": {**sample["triage"], "time": {**time, "value": value}}}


def tell(visitor: "Visitor", sample: dict[str, Any]) -> None:
    """Answer every question as the sample does."""
    sample = dated(sample)
    slip, card = sample["slip"], sample["triage"]
    visitor.at("danger.title")
    visitor.tick(visitor.t(f"urgency.{slip['urgency']}"))
    visitor.next()
    visitor.at("tiles.title")
    _ticks(visitor, "tile", card["tiles"])
    visitor.next()
    visitor.at("words.title")
    visitor.write(visitor.t("words.label"), (sample["narrative"] or {}).get("text") or "")
    visitor.choose(visitor.t("words.language"), slip["lang"])
    visitor.next()
    for key in ("voice", "files"):
        visitor.at(f"{key}.title")
        visitor.next()
    _affected(visitor, card)
    _where(visitor, card)
    _actors(visitor, sample)
    _harm(visitor, card["harm"])
    _people(visitor, sample)
    _readers(visitor, sample)
    _consent(visitor, sample)


def _ticks(visitor: "Visitor", family: str, codes: Iterable[str]) -> None:
    for code in codes:
        visitor.tick(visitor.t(f"{family}.{code}"))


def _affected(visitor: "Visitor", card: dict[str, Any]) -> None:
    visitor.at("affected.title")
    _ticks(visitor, "who", card["who"])
    visitor.choose(visitor.t("count.label"), card["count"])
    visitor.next()
    visitor.at("minor.title")
    _ticks(visitor, "minor", [card["minor"]])
    visitor.watch("minor_answered")
    visitor.next()
    visitor.at("source.title")
    _ticks(visitor, "source", [card["source_link"]])
    visitor.next()


def _where(visitor: "Visitor", card: dict[str, Any]) -> None:
    visitor.at("where.title")
    place, time = card["place"], card["time"]
    if time["value"]:
        visitor.choose(visitor.t("where.when"), time["value"])
    if time["ongoing"]:
        visitor.tick(visitor.t("where.ongoing"))
    if place["country"]:
        visitor.choose(visitor.t("where.country"), place["country"])
    visitor.write(visitor.t("where.area"), place["area"] or "")
    visitor.write(visitor.t("where.district"), place["district"] or "")
    visitor.next()
    visitor.at("place.title")
    _ticks(visitor, "place", [place["type"]])
    visitor.next()
    visitor.at("context.title")
    _ticks(visitor, "context", card["context"])
    visitor.next()


def _actors(visitor: "Visitor", sample: dict[str, Any]) -> None:
    visitor.at("actors.title")
    actors = sample["triage"]["actors"]
    _ticks(visitor, "actor", (actor["type"] for actor in actors))
    for accused in sample["accused"] or ():
        name = visitor.t(f"actor.{accused['type']}")
        for key, field in (("actors.unit", "unit_text"), ("actors.person", "person_text")):
            if accused[field]:
                visitor.write(visitor.t(key, actor=name), accused[field])
    visitor.watch("actors_answered")
    visitor.next()
    if not actors:
        return
    visitor.at("basis.title")
    for actor in actors:
        name = visitor.t(f"actor.{actor['type']}")
        visitor.choose(visitor.t("basis.did", actor=name), actor["involvement"])
        visitor.choose(visitor.t("basis.know", actor=name), actor["basis"])
    visitor.next()


def _harm(visitor: "Visitor", harm: dict[str, Any]) -> None:
    visitor.at("harm.title")
    _ticks(visitor, "effect", harm["effects"])
    visitor.next()
    visitor.at("reach.title")
    _ticks(visitor, "dimension", harm["dimensions"])
    _ticks(visitor, "level", harm["levels"])
    visitor.next()


def _people(visitor: "Visitor", sample: dict[str, Any]) -> None:
    people = sample["identities"] or {}
    visitor.at("person.title")
    reporter = people.get("reporter") or {}
    visitor.write(visitor.t("person.name"), reporter.get("name") or "")
    visitor.write(visitor.t("person.contact"), reporter.get("contact") or "")
    visitor.write(visitor.t("person.place"), (sample["location_exact"] or {}).get("text") or "")
    visitor.next()
    visitor.at("others.title")
    for number, other in enumerate(people.get("others") or (), 1):
        if number > 1:
            visitor.press("others.more")
        group = visitor.page.get_by_role("group", name=visitor.t("others.one", number=number), exact=True)
        for key, field in (("others.role", "role"), ("others.name", "name"), ("others.by", "consent_by")):
            group.get_by_label(visitor.t(key), exact=True).fill(other.get(field) or "")
        group.get_by_label(visitor.t("others.knows"), exact=True).select_option(other.get("knows") or "")
    visitor.watch("others_answered")
    visitor.next()


def _readers(visitor: "Visitor", sample: dict[str, Any]) -> None:
    slip, reply = sample["slip"], sample["reply"]
    visitor.at("hide.title")
    if slip["exclude_links"]:
        _ties(visitor, sample)
    visitor.watch("hide_answered")
    visitor.next()
    visitor.at("team.title")
    for pool in slip.get("exclude_pools") or ():
        visitor.tick(visitor.t(f"hide.pool.{pool}"))
    if slip["exclude_people"]:
        visitor.page.locator("summary").click()
    for name in slip["exclude_people"]:
        visitor.tick(name)
    visitor.next()
    visitor.at("readers.title")
    _ticks(visitor, "preference", [slip["reviewer_preference"]])
    wishes = {
        "hide.two": slip["two_person"],
        "hide.emergency": slip.get("emergency"),
        "hide.ring": slip.get("ring") == "ombuds",
    }
    for key, wished in wishes.items():
        if wished:
            visitor.tick(visitor.t(key))
    visitor.next()
    visitor.at("reply.title")
    _ticks(visitor, "reply", [reply["mode"]])
    if reply["safe_window"]:
        for key, hour in zip(("reply.from", "reply.until"), reply["safe_window"].split("-"), strict=True):
            visitor.choose(visitor.t(key), hour)
    visitor.watch("reply_answered")
    visitor.next()


def _ties(visitor: "Visitor", sample: dict[str, Any]) -> None:
    place = sample["triage"]["place"]
    levels = {place[key]: str(level) for level, key in enumerate(("country", "area", "district")) if place[key]}
    group = visitor.page.get_by_role("group", name=visitor.t("hide.actors"), exact=True)
    if visitor.page.get_by_label(visitor.t("hide.country.first"), exact=True).count():
        (country,) = {link.partition("@")[2][:2] for link in sample["slip"]["exclude_links"]}
        visitor.choose(visitor.t("hide.country.first"), country)
        levels = {country: "0"}
    for link in sample["slip"]["exclude_links"]:
        kind, _, rest = link.partition(":")
        if kind == "AREA":
            visitor.choose(visitor.t("hide.area"), levels[rest])
            continue
        actor, _, at = rest.partition("@")
        name = visitor.t(f"actor.{actor}")
        group.get_by_label(name, exact=True).check()
        visitor.choose(visitor.t("hide.actors.place", actor=name), levels[at])


def _consent(visitor: "Visitor", sample: dict[str, Any]) -> None:
    consent = sample["consent"]
    choices = consent["choices"]
    visitor.at("consent.title")
    visitor.tick(visitor.t(f"triage.{choices['TRIAGE']}"))
    visitor.next()
    visitor.at("given.title")
    _ticks(visitor, "given", [GIVEN[consent["given_by"], consent["mode"]]])
    visitor.next()
    visitor.at("sharing.title")
    for purpose, value in choices.items():
        if purpose != "TRIAGE":
            visitor.choose(visitor.t(f"purpose.{purpose}"), value)
    visitor.next()
    if all(choices[purpose] == "no" for purpose in NAMED):
        return
    visitor.at("recipients.title")
    for purpose, names in (consent["named_recipients"] or {}).items():
        visitor.write(visitor.t(f"purpose.{purpose}"), "\n".join(names))
    visitor.next()
