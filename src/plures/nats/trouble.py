"""What goes wrong with NATS. None of it is an error of the application: events wait."""


class Trouble(Exception):
    """NATS did not do what was asked. The text says why, without secrets.

    Attributes:
        code: Of the error that JetStream answered; 0 where it did not.
    """

    def __init__(self, why: str, *, code: int = 0) -> None:
        super().__init__(why)
        self.code = code


class Absent(Trouble):
    """No one listens on the subject: no stream takes its messages, or who waited for the answer is gone."""


class Silent(Trouble):
    """There was no answer in time."""
