"""Messages ↔ their binary form: the fast way where it may, and else the exact way. The package's docstring tells what both are."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from plures.contract.codec import Malformed, MessageType, Problems, TooDeep

from .exact import ExactReader
from .numbers import Numbers
from .reading import Readers
from .varints import Damaged
from .writing import Writers


class Binary:
    """The binary form of one contract.

    Attributes:
        mark: The same where all numbers and types are: two sides that have it understand each other.
        loses: What it cannot tell apart and JSON can, in a sentence; empty where there is nothing.
    """

    def __init__(self, numbers: Numbers, mark: str = "", loses: str = "") -> None:
        self.mark = mark
        self.loses = loses
        self._writers, self._readers, self._exact = Writers(numbers), Readers(numbers), ExactReader(numbers)
        self._codecs: dict[MessageType, BinaryCodec] = {}

    def codec(self, message: MessageType) -> "BinaryCodec":
        """What writes and reads one message of the contract."""
        known = self._codecs.get(message)
        if known is None:
            known = self._codecs[message] = BinaryCodec(message, self._writers, self._readers, self._exact)
        return known


class BinaryCodec:
    """Writes and reads the binary form of one message type, with the same refusals as the JSON codec."""

    def __init__(self, message: MessageType, writers: Writers, readers: Readers, exact: ExactReader) -> None:
        self.message = message
        self._writers, self._readers, self._exact = writers, readers, exact

    @cached_property
    def _write(self) -> Callable[[Any, int], str]:
        return self._writers.of(self.message)

    @cached_property
    def _read(self) -> Callable[[bytes, int, int, int], Any]:
        return self._readers.of(self.message)

    def encode(self, value: Any) -> bytes:
        """The bytes of a message. A value of the wrong type may pass where they can say it.

        Raises:
            Malformed: The value is not what its type says.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        try:
            return self._write(value, 0).encode("latin-1")
        except TooDeep:
            raise
        except Exception as error:  # noqa: BLE001 - the exact way says what is wrong
            raise self._malformed(value, error) from None

    def encode_checked(self, value: Any) -> bytes:
        """The same, with every value in it checked against its type: several times slower, for development."""
        problems = self._problems(value)
        if problems:
            raise Malformed(problems)
        return self.encode(value)

    def decode(self, body: bytes) -> Any:
        """The message in a body.

        Raises:
            Malformed: The body is no message or breaks the type; carries every problem.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        try:
            return self.decode_at_once(body)
        except Exception:  # noqa: BLE001, S110 - a message's own checks may raise anything
            # The exact way accepts more, and finds all the problems.
            pass
        return self.decode_exactly(body)

    def decode_at_once(self, body: bytes) -> Any:
        """The same by the fast way alone; raises anything where it leaves the body to the exact one."""
        return self._read(body, 0, len(body), 0)

    def decode_exactly(self, body: bytes) -> Any:
        """The same, never the fast way."""
        problems = Problems()
        try:
            data = self._exact.message(self.message, body)
        except (Damaged, ValueError, OverflowError) as error:  # UnicodeDecodeError is a ValueError
            problems.add("", f"not in the binary form: {error}")
            raise Malformed(problems) from None
        value = self.message.decode(data, "", problems)
        if problems:
            raise Malformed(problems)
        return value

    def _problems(self, value: Any) -> Problems:
        problems = Problems()
        try:
            self.message.encode(value, "", problems)
        except RecursionError as error:
            problems.add("", str(error))
        return problems

    def _malformed(self, value: Any, error: Exception) -> Malformed:
        problems = self._problems(value)
        if not problems:
            problems.add("", str(error) or type(error).__name__)
        return Malformed(problems)
