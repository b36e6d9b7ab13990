"""The members of a bundle as checks read them: each is hashed while it is read, not by a reading of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field

from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Refused, refused


@dataclass
class Looked:
    """What reading members has told of their bytes."""

    sums: dict[str, str] = field(default_factory=dict)  # member -> SHA-256 of what was read, to its end
    broken: dict[str, Fault] = field(default_factory=dict)  # member -> why it cannot be read

    def take(self, other: Looked) -> None:
        """What another process has read."""
        self.sums |= other.sums
        self.broken |= other.broken


class Members:
    """A bundle whose members are hashed the first time that they are read to the end."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self.name, self.sizes = bundle.name, bundle.sizes
        self.looked = Looked()

    def again(self) -> Members:
        """The same bundle for another process, with nothing read yet."""
        return Members(copy(self._bundle))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member. Raises Refused where they are not what the file says of them."""
        looked = self.looked
        if name not in self.sizes:
            raise refused("missing", name, "nothing")
        if name in looked.broken:
            raise Refused(looked.broken[name])
        if name in looked.sums:
            yield from self._bundle.pieces(name)
            return
        digest = hashlib.sha256()
        try:
            for piece in self._bundle.pieces(name):
                digest.update(piece)
                yield piece
        except Refused as error:
            looked.broken[name] = error.fault
            raise
        looked.sums[name] = digest.hexdigest()

    def before(self, name: str) -> tuple[int, str] | None:
        """How many bytes of the file stand before that member, and their SHA-256; None = it is a folder."""
        return self._bundle.before(name)

    def close(self) -> None:
        """Nothing more is wanted of it."""
        self._bundle.close()
