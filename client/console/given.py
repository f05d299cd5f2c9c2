"""What a handler is given: the pages, who is at work (nobody: `LockedError`), and the form that was sent."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from client.console.forms import Form
from client.console.pages import Front
from client.console.work import Work

Pages: TypeAlias = NamedDependency[SkipValidation[Front]]
AtWork: TypeAlias = NamedDependency[SkipValidation[Work]]
Sent: TypeAlias = NamedDependency[SkipValidation[Form]]
