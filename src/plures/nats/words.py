"""What publisher and subscriber say to each other: the headers of messages.

The message in the stream holds the JSON of a request, here an envelope of CloudEvents, with these headers:

    Plures-Attempt: _INBOX.4f1c….7       where the publisher waits
    X-Request-Id, Plures-Hops            as over HTTP
    Plures-Context                       as over HTTP, where the publisher knew on whose behalf it worked

What a replica of the subscriber says there, as requests of NATS, and what it is answered:

    Plures-Step: take                    -> the milliseconds that are left, or nothing: it must not run
    Plures-Step: done, Plures-Status: 200, and the body of the reply; Plures-Outcome as over HTTP
                                         -> nothing: the publisher has heard it
"""

from typing import Final

from plures.runtime import connect

ATTEMPT: Final = "Plures-Attempt"
STEP: Final = "Plures-Step"
STATUS: Final = "Plures-Status"
OUTCOME: Final = connect.OUTCOME_HEADER
HOPS: Final = connect.HOPS_HEADER
REQUEST_ID: Final = connect.REQUEST_ID_HEADER
CONTEXT: Final = connect.CONTEXT_HEADER
CONTENT_TYPE: Final = "Content-Type"
ENVELOPE: Final = "application/cloudevents+json"
TAKE: Final = "take"
DONE: Final = "done"
