"""Named uses of a client library: each runs alone and prints one line, `ok NAME` or `FAIL NAME: why`."""

import math
import os
import traceback
from types import SimpleNamespace

place = SimpleNamespace(
    base_url=os.environ["OPENAI_BASE_URL"],
    origin=os.environ["OPENAI_BASE_URL"].removesuffix("/v1"),
    api_key=os.environ["OPENAI_API_KEY"],
    chat=os.environ["MATRIX_CHAT_MODEL"],
    reasoning=os.environ["MATRIX_REASONING_MODEL"],
    embedding=os.environ["MATRIX_EMBEDDING_MODEL"],
    kind=os.environ["MATRIX_KIND"],
    dimensions=int(os.environ["MATRIX_DIMENSIONS"]),
)

folder = os.path.dirname(os.path.abspath(__file__))
_uses = []


def use(name):
    """Keeps a function as a use of the library."""

    def keep(function):
        _uses.append((name, function))
        return function

    return keep


def same(seen, wanted):
    """Like assert, with both sides in the message."""
    assert seen == wanted, f"{seen!r} where {wanted!r} was expected"


def norm(vector):
    """The length of a vector."""
    return math.sqrt(sum(value * value for value in vector))


def near(ours, theirs):
    """Two vectors of one text, one of which may have been packed."""
    same(len(ours), len(theirs))
    assert all(abs(a - b) < 1e-6 for a, b in zip(ours, theirs)), "the vectors differ"


def one_line(error):
    """What failed and where, on one line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if os.path.dirname(frame.filename) == folder]
    where = " < ".join(f"{os.path.basename(frame.filename)} {frame.lineno}" for frame in reversed(frames[1:]))
    return f"{type(error).__name__} {str(error)[:300]!r} at {where}"


def run():
    """Runs every use in the order of the file; those after a failure run, too."""
    for name, function in _uses:
        try:
            function()
        except Exception as error:
            print(f"FAIL {name}: {one_line(error)}", flush=True)
        else:
            print(f"ok {name}", flush=True)
