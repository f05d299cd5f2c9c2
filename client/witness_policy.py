"""Which outside witnesses a log has, and how many of them must cosign: the text in bundle and `trust.json` (C2SP)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import structs

from client import ceremony_folder
from client.ceremony_folder import CeremonyFolder, Signed, sign
from client.errors import UsageError
from client.keys import write_new
from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError
from crypto.notes import Kind, Vkey
from policies import bundle
from policies.trust import Trust

Witness = tuple[str, str]
"""Verifier key, and the address at which the house asks her; empty where only she knows."""


def checked(witnesses: Iterable[Witness], quorum: int) -> tuple[Witness, ...]:
    """Return them. Raise UsageError for what is no key of a witness, one key twice, or a quorum that cannot be."""
    found = tuple(witnesses)
    try:
        keys = [Vkey.parse(vkey) for vkey, _ in found]
    except MalformedError:
        raise UsageError("This is not the verifier key of a witness.", "Ask her: `amana witness --vkey`.") from None
    if any(key.kind is Kind.ED25519 for key in keys):
        raise UsageError("This is a log's key or an officer's, not a witness's.", "Ask her: `amana witness --vkey`.")
    if len({key.public for key in keys}) < len(keys) or len({key.name for key in keys}) < len(keys):
        raise UsageError("One witness is there twice.", "Name each of them once.")
    if any(not _is_address(url) for _, url in found):
        raise UsageError("This is not the address of a witness.", "Give http://…, https://… or unix:PATH.")
    if quorum > len(found):
        raise UsageError("There are fewer witnesses than --quorum asks for.", "Choose --quorum.")
    return found


def _is_address(url: str) -> bool:
    return url.isprintable() and not {" ", "#"} & set(url) and url.startswith(("http://", "https://", "unix:"))


def policy_text(log_keys: Iterable[str], witnesses: Sequence[Witness], quorum: int) -> str:
    """Return the policy: a witness has the name that is in her key."""
    names = [Vkey.parse(vkey).name for vkey, _ in witnesses]
    lines = [f"log {key}" for key in log_keys]
    lines += [f"witness {name} {vkey} {url}".rstrip() for name, (vkey, url) in zip(names, witnesses, strict=True)]
    lines += [f"group all-witnesses {quorum} {' '.join(names)}", "quorum all-witnesses"] if quorum else ["quorum none"]
    return "\n".join(lines) + "\n"


def rewitness(folder: CeremonyFolder, witnesses: Iterable[Witness], quorum: int) -> int:
    """Write the next bundle with these witnesses and all else as it is, and trust.json anew. Return its number."""
    found = checked(witnesses, quorum)
    trust = folder.trust()
    before, _ = folder.newest()
    text = policy_text(before.body.log_keys, found, quorum)
    body = structs.replace(before.body, number=before.number + 1, witnesses=text)
    note = sign(bundle.unsigned(body, before), folder.officers(trust.threshold))
    folder.write(ceremony_folder.BUNDLE, body.number, Signed(note, body.encode()))
    _replace(folder.path / "trust.json", Trust(trust.officers, trust.threshold, LogPolicy.parse(text), trust.url))
    folder.newest()
    return body.number


def _replace(path: Path, trust: Trust) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, trust.to_json().encode())
    fresh.replace(path)
