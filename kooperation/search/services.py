"""Building the index anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from kooperation.base import hooks, index
from kooperation.base.index import Document

STEP = 500
"""Documents between two reports of progress."""


def rebuild(progress: Callable[[int], None] = lambda _count: None) -> Counter[str]:
    """Empty the index and put in all that the features have; gives how many of each kind. The caller commits.

    ``progress`` is told how many documents were put in since it was told last.
    """
    counts: Counter[str] = Counter()
    index.clear()
    for documents in hooks.index_documents():
        index.put(_counted(documents, counts, progress))
    return counts


def _counted(
    documents: Iterable[Document], counts: Counter[str], progress: Callable[[int], None]
) -> Iterator[Document]:
    since = 0
    for document in documents:
        counts[document.kind] += 1
        since += 1
        if since == STEP:
            progress(since)
            since = 0
        yield document
    progress(since)
