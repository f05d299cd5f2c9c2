"""Every way a command ends badly: a plain sentence, what to do next, and the exit code (the same for all commands)."""

from typing import ClassVar


class AmanaError(Exception):
    """Base of what a person sees. Neither sentence nor next step ever holds a secret or a report's content."""

    code: ClassVar[int] = 1
    kind: ClassVar[str] = "refused"

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class RefusedError(AmanaError):
    """The rules, the house or the state of things say no."""

    code = 1
    kind = "refused"


class NotFoundError(RefusedError):
    """There is no such thing, or no such thing yet."""

    kind = "not-found"


class UsageError(AmanaError):
    """The command was given something that cannot be."""

    code = 2
    kind = "usage"


class UnprovenError(AmanaError):
    """A signature, proof or form does not hold: do not go on as if it did."""

    code = 3
    kind = "unproven"


class UnreachableError(AmanaError):
    """The network or the house did not answer."""

    code = 4
    kind = "unreachable"


class ClosedError(AmanaError):
    """The log, its quorum or the gates cannot be reached; nothing was opened."""

    code = 5
    kind = "closed"
