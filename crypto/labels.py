"""The one table of labels (protocol 11). A test asserts that none is a prefix of another."""

from enum import Enum
from typing import Final


class Label(bytes, Enum):
    """ASCII, begins `amana/1 `; what follows it is of fixed length or preceded by its length."""

    WITHDRAWAL_KEY = b"amana/1 withdrawal key"
    WITHDRAWAL_HASH = b"amana/1 withdrawal hash"
    WITHDRAWN_TAG = b"amana/1 withdrawn tag"
    REPLY_KEY = b"amana/1 reply key"
    RECEIVED_KEY = b"amana/1 received key"
    RECEIVED_COMMITMENT = b"amana/1 received commitment"
    GATE_KEY = b"amana/1 gate key"
    LINK_KEY = b"amana/1 link key"
    LOG_KEY = b"amana/1 log key"
    LOG_KEY_HASH = b"amana/1 hash of log key"
    CONSENT_KEY = b"amana/1 consent key"
    ANSWER_KEY = b"amana/1 answer key"
    SECTION_KEY = b"amana/1 section key"
    SECTION_TEXT = b"amana/1 section text"
    SLIP = b"amana/1 slip"
    PERSON_SLOT = b"amana/1 person slot"
    GATE_SLOT = b"amana/1 gate slot"
    LEAF_COMMITMENT = b"amana/1 leaf commitment"
    LEAF_SIGNATURE = b"amana/1 leaf signature"
    RECORD = b"amana/1 record"
    NOTICE_KEY = b"amana/1 notice key"
    MEMO_KEY = b"amana/1 memo key"
    ASKED = b"amana/1 asked today"
    JOURNAL = b"amana/1 journal"
    CERTIFICATE = b"amana/1 certificate salted"
    CERTIFICATE_SEAL = b"amana/1 certificate seal"
    ASK = b"amana/1 ask signature"
    ASK_DIGEST = b"amana/1 ask digest"
    APPROVAL = b"amana/1 approval signature"
    APPROVAL_SHARE = b"amana/1 approval share"
    REQUEST = b"amana/1 request signature"
    REQUEST_DIGEST = b"amana/1 request digest"
    JUSTIFICATION = b"amana/1 justification"
    OPENING = b"amana/1 opening"
    DECISION = b"amana/1 decision"
    VERDICT = b"amana/1 verdict"
    VERDICT_SEAL = b"amana/1 sealed verdict"
    RELEASE = b"amana/1 release"
    RELEASE_SEAL = b"amana/1 sealed release"
    KEY_FILE = b"amana/1 key file"
    ANSWER_TEXT = b"amana/1 answer text"
    ANSWER_SLOT = b"amana/1 answer slot"
    ANSWER_PLACE = b"amana/1 answer place"
    ANSWER = b"amana/1 answer signature"
    PERMISSION = b"amana/1 answer permission"
    ANSWERED = b"amana/1 answered report"
    KIN = b"amana/1 same reporter"
    WISH_PLACE = b"amana/1 wish place"
    WISH_TAG = b"amana/1 wish tag"
    WISH_MEMO = b"amana/1 wish for the gate"
    WISH_NOTICE = b"amana/1 wish kept for her"
    TURN_KEY = b"amana/1 turn key"
    TURN_HASH = b"amana/1 turn hash"
    OBJECT_PIECE = b"amana/1 object piece"
    OBJECT_ARRIVAL_KEY = b"amana/1 object arrival key"
    OBJECT_COMMITMENT = b"amana/1 object commitment"
    OBJECT_TICKET = b"amana/1 object ticket"
    FILE_SALT = b"amana/1 file salt"
    FILE_COMMITMENT = b"amana/1 file commitment"
    LISTED = b"amana/1 list of one reviewer"
    SHEET = b"amana/1 sheet signature"
    # First lines of notes. They end in a newline, so that `receipt\n` is no prefix of anything else.
    NOTE_RECEIPT = b"amana/1 note receipt\n"
    NOTE_BUNDLE = b"amana/1 note bundle\n"
    NOTE_DIRECTORY = b"amana/1 note directory\n"
    NOTE_REVOCATION = b"amana/1 note revocation\n"
    NOTE_ANNOUNCEMENT = b"amana/1 note announcement\n"
    NOTE_PAGE = b"amana/1 note page\n"
    NOTE_CURRENT = b"amana/1 note current\n"
    NOTE_QUEUE = b"amana/1 note queue\n"
    NOTE_ERASURE = b"amana/1 note erasure\n"
    NOTE_GATE = b"amana/1 note gate\n"
    NOTE_FEED = b"amana/1 note feed\n"
    NOTE_HOLD = b"amana/1 note hold\n"


USES: Final[dict[Label, str]] = {
    Label.WITHDRAWAL_KEY: "key: the preimage W_n that closes a report",
    Label.WITHDRAWAL_HASH: "hash of W_n in the header",
    Label.WITHDRAWN_TAG: "tag of a withdrawal leaf",
    Label.REPLY_KEY: "key: her half of an answer's key",
    Label.RECEIVED_KEY: "key: R_n, opens the received leaf",
    Label.RECEIVED_COMMITMENT: "commitment of a received leaf",
    Label.GATE_KEY: "key: K_g",
    Label.LINK_KEY: "key: same reporter, for one gate",
    Label.LOG_KEY: "key: finds decisions in the log",
    Label.LOG_KEY_HASH: "hash of log_g in the slip",
    Label.CONSENT_KEY: "key: MACs of consent messages",
    Label.ANSWER_KEY: "key: gate's half of an answer's key",
    Label.SECTION_KEY: "key of a section from its locks",
    Label.SECTION_TEXT: "Cobblestone context of a section",
    Label.SLIP: "slip commitment in the header",
    Label.PERSON_SLOT: "HPKE info of a person's slot",
    Label.GATE_SLOT: "HPKE info of a gate's slot",
    Label.LEAF_COMMITMENT: "commitment of decision and pad leaves",
    Label.LEAF_SIGNATURE: "gate's signature on a leaf for the server",
    Label.RECORD: "HPKE info of an audit record",
    Label.NOTICE_KEY: "key of a notice",
    Label.MEMO_KEY: "key of a gate's memos, from its seed",
    Label.ASKED: "key: a gate's count of one person's requests of a day, from its seed",
    Label.JOURNAL: "chain of a gate's journal",
    Label.CERTIFICATE: "salted commitment to a certificate",
    Label.CERTIFICATE_SEAL: "HPKE info of a certificate",
    Label.ASK: "asker's signature on an ask",
    Label.ASK_DIGEST: "digest of an ask",
    Label.APPROVAL: "signature on an approval",
    Label.APPROVAL_SHARE: "HPKE info of an approver's share",
    Label.REQUEST: "asker's signature on a request",
    Label.REQUEST_DIGEST: "digest of a request",
    Label.JUSTIFICATION: "HPKE info of a justification",
    Label.OPENING: "HPKE info of an opening to one gate",
    Label.DECISION: "gate's signature on a decision",
    Label.VERDICT: "HPKE info of a verdict",
    Label.VERDICT_SEAL: "gate's signature on a sealed verdict",
    Label.RELEASE: "HPKE info of a release",
    Label.RELEASE_SEAL: "gate's signature on a sealed release",
    Label.KEY_FILE: "AES-GCM additional data of a key file",
    Label.ANSWER_TEXT: "key of an answer, from the reply key and t gates' parts",
    Label.ANSWER_SLOT: "key of one slot of an answer",
    Label.ANSWER_PLACE: "where a later slot of an answer is found",
    Label.ANSWER: "author's signature on an answer",
    Label.PERMISSION: "gate's signature that lets the server take an answer",
    Label.ANSWERED: "key: a gate's own mark of a report that was answered",
    Label.KIN: "key: by which gates say that two reports have the same reporter",
    Label.WISH_PLACE: "key: W_{g,k}, for the k-th wish",
    Label.WISH_TAG: "tag of the leaf of a wish",
    Label.WISH_MEMO: "key of a wish as its gate reads it",
    Label.WISH_NOTICE: "key of a wish as she reads it again",
    Label.TURN_KEY: "key: X_j, with which she changes her mind about a withdrawal",
    Label.TURN_HASH: "hash of X_j, told to the server beforehand",
    Label.OBJECT_PIECE: "Cobblestone context of a piece of a file",
    Label.OBJECT_ARRIVAL_KEY: "key: A, opens the leaf of an object",
    Label.OBJECT_COMMITMENT: "commitment of the leaf of an object",
    Label.OBJECT_TICKET: "lets her add one object to her report",
    Label.FILE_SALT: "salt of a file's seal, from its key",
    Label.FILE_COMMITMENT: "seal: salted commitment to a file",
    Label.LISTED: "HPKE info of the list of what one reviewer may ask for",
    Label.SHEET: "gate's signature on a sheet of lists",
    Label.NOTE_RECEIPT: "first line of a receipt",
    Label.NOTE_BUNDLE: "first line of a bundle note",
    Label.NOTE_DIRECTORY: "first line of a directory note",
    Label.NOTE_REVOCATION: "first line of a revocation",
    Label.NOTE_ANNOUNCEMENT: "first line of an officers' announcement",
    Label.NOTE_PAGE: "first line of a note that names the page's code",
    Label.NOTE_CURRENT: "first line of `current`",
    Label.NOTE_QUEUE: "first line of a gate's note that it makes lists on a day",
    Label.NOTE_ERASURE: "first line of an erasure",
    Label.NOTE_GATE: "first line of a gate event (reserved)",
    Label.NOTE_FEED: "first line of the note of a day's file of answers",
    Label.NOTE_HOLD: "first line of a legal hold",
}


def sized(value: bytes) -> bytes:
    """`[x]` of the protocol: a variable part after a label carries its length (u16)."""
    return len(value).to_bytes(2, "big") + value
