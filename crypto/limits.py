"""Every size and limit with unit and reason; `python -m crypto.limits` prints them as JSON (protocol 12)."""

import json
import sys
from typing import Final, NamedTuple


class Limit(NamedTuple):
    """One limit."""

    value: int
    unit: str
    reason: str


LIMITS: Final[dict[str, Limit]] = {
    "card_bucket": Limit(1024, "bytes", "largest of the samples is under half of it"),
    "story_bucket_small": Limit(8192, "bytes", "a page of any script; most reports"),
    "story_bucket_middle": Limit(32768, "bytes", "a long account"),
    "story_bucket_large": Limit(131072, "bytes", "the most that a bad line carries in half a minute"),
    "side_bucket": Limit(2048, "bytes", "identity, evidence, originals: cheap enough to be there always"),
    "slip": Limit(512, "bytes", "samples need 157 to 190; one size for all"),
    "slip_message": Limit(480, "bytes", "what is left of the slip beside its 32 random bytes"),
    "list": Limit(8, "items", "exclusions in a slip; hostile lists stay short"),
    "gates": Limit(8, "gates", "each gate is one more place that knows a slip"),
    "people": Limit(120, "slots", "one byte in the header; 170 kB of slots"),
    "people_step": Limit(8, "slots", "slot count says little about the directory"),
    "person_slot": Limit(1392, "bytes", "256 of payload sealed"),
    "gate_slot": Limit(1904, "bytes", "768 of payload sealed"),
    "header": Limit(347, "bytes", "fixed"),
    "envelope": Limit(330000, "bytes", "largest story, all slots"),
    "session": Limit(1216, "bytes", "an X-Wing public key"),
    "opening": Limit(12288, "bytes", "request, header, slot, two approvals, justification for four auditors"),
    "approvals": Limit(3, "approvals", "a second reviewer, a custodian, and one more"),
    "verdict": Limit(1024, "bytes", "five sections with their leaves"),
    "release": Limit(512, "bytes", "five shares"),
    "justification": Limit(256, "bytes", "a sentence or two"),
    "auditors": Limit(4, "auditors", "each adds 1,168 bytes to each record and opening"),
    "record_bucket": Limit(4096, "bytes", "a decision with its evidence and three approvals, without justification"),
    "notice": Limit(192, "bytes", "role, section, action, purpose, day"),
    "memo": Limit(128, "bytes", "sequence, head, one id and one name"),
    "leaf": Limit(48, "bytes", "tag and commitment"),
    "ask_minutes": Limit(1440, "minutes", "an approval may take a day"),
    "request_minutes": Limit(10, "minutes", "a request that is not answered is asked again"),
    "requests": Limit(200, "requests", "decided for one person a day; more than a day's work, and a bound on hoarding"),
    "release_minutes": Limit(30, "minutes", "decision to release; also one session"),
    "note": Limit(65536, "bytes", "text and 64 signatures"),
    "note_signatures": Limit(64, "signatures", "C2SP asks for at least 16"),
    "body": Limit(1048576, "bytes", "bundle or directory body: 120 people, policies and words"),
    "words_languages": Limit(16, "languages", "operator's words in a bundle: more than any house speaks"),
    "words_help": Limit(8, "entries", "help near her, a language: a list that can be read in a hurry"),
    "words_name": Limit(120, "characters", "name of a place to turn to"),
    "words_text": Limit(600, "characters", "hours, duty to report, how to reach help: a paragraph"),
    "certificate": Limit(1024, "bytes", "one person's facts, padded"),
    "name": Limit(24, "characters", "names of people, gates, pools"),
    "link": Limit(24, "characters", "`ACT:POL@XS-03-D1` and the like"),
    "proof_hashes": Limit(63, "hashes", "a tree of 2^63 leaves"),
    "key_file": Limit(4096, "bytes", "two seeds and their Argon2id parameters"),
    "argon2_memory": Limit(65536, "KiB", "RFC 9106 second recommendation"),
    "argon2_passes": Limit(3, "passes", "RFC 9106 second recommendation"),
    "argon2_lanes": Limit(4, "lanes", "RFC 9106 second recommendation"),
    "answer_slot": Limit(1024, "bytes", "one slot of the feed; a short answer fits in one"),
    "answer_slots": Limit(4, "slots", "of one answer; a page and a half"),
    "answer_text": Limit(3600, "bytes", "what four slots hold beside signature and names"),
    "answer_minutes": Limit(60, "minutes", "from when the request expires until an answer is handed in"),
    "answers_day": Limit(8, "answers", "permitted to one person a day by one gate; a quarter of a day's file"),
    "answers_least": Limit(4, "slots", "of a day's file: the longest answer must fit"),
    "answers_most": Limit(256, "slots", "of a day's file: a quarter of a megabyte a day for everybody who looks"),
    "feed": Limit(400000, "bytes", "largest file of a day, with its two notes"),
    "feed_days": Limit(7, "days", "of answers that may wait; more are told to come back"),
    "thread": Limit(6, "answers", "newest ones that reviewers may read again: what a grant holds"),
    "justify_hours": Limit(72, "hours", "after an emergency opening, in which its asker gives her reason"),
    "wishes": Limit(24, "wishes", "of one envelope; a gate looks for each of them at every decision"),
    "wish_days": Limit(3, "days", "a wish that comes into the log later was held back, and is void"),
    "wish_body": Limit(4096, "bytes", "eight gates' entries; one size for consent and withdrawal"),
    "wishes_in_flight": Limit(64, "bodies", "under way at a time; more are told to come back"),
    "withdrawn_held": Limit(65536, "hashes", "told to a gate's own address; 2 MiB, never forgotten"),
    "missing": Limit(4, "envelopes", "numbers without an arrival, after which she has no more reports"),
    "statements": Limit(2097152, "bytes", "notes of the public leaves among 256"),
    "file": Limit(2147483648, "bytes", "an hour of video as phones make it; 500 MB in the page"),
    "files": Limit(8, "entries", "of one section: what fits into its bucket"),
    "objects_report": Limit(16, "objects", "two copies of each of eight files"),
    "objects_total": Limit(4294967296, "bytes", "all objects of one report; a flood must end somewhere"),
    "object_days": Limit(7, "days", "after a report's arrival, in which its files may come"),
    "queue_minutes": Limit(
        60,
        "minutes",
        "from one making of the gates' lists to the next; half of what an urgent report may wait",
    ),
    "queue_reports": Limit(256, "reports", "of one sheet; a list is a byte for each"),
    "queue_sheets": Limit(
        40, "sheets", "of one making: the newest 10,240 reports, so that a flood of junk hides nothing urgent"
    ),
    "queue_day": Limit(2000, "sheets", "made by one gate a day: two full makings an hour, and a bound on its work"),
    "queue_hours": Limit(24, "hours", "after which a list counts for nothing"),
}


def limit(name: str) -> int:
    """Return the value of one limit."""
    return LIMITS[name].value


def as_json() -> str:
    """Return all limits as JSON, in order."""
    return json.dumps({name: one._asdict() for name, one in LIMITS.items()}, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_json())
