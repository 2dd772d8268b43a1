"""Who searches cases: the index of whatever serves is asked; where nothing serves, all
is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.folding import words_of
from bot.search.questions import IndexAnswer, IndexQuestion, ask
from bot.search.texts import CaseTexts
from dialogs.case.refusals import Refusal, refusals
from storage.searched import Hit, Hits, IndexedText, has_all, hits_among

refusals(
    search_too_short="请写至少两个字再搜。",
    search_preparing="搜索还在准备（已备好 {percent}%），请过一会儿再搜。",
)
ANSWER_WITHIN = 10.0  # seconds
# told so many of so many reports
Progress = Callable[[int, int], None]


class CaseSearch:
    """Which cases have a report with certain words."""

    def __init__(self, folder: Path, texts: CaseTexts) -> None:
        """folder: where the index's socket lies."""
        self._folder = folder
        self._texts = texts
        self.is_serving = False

    async def find(
        self,
        query: str,
        most: int,
        *,
        reserved: bool,
        progress: Progress | None = None,
    ) -> Hits:
        """Cases, the newest first, each with a report that has all the words.

        Args:
            reserved: whether cases count that are for supervisors alone.
            progress: told where all reports have to be read.
        Raises: Refusal, where there is nothing to look for, or the index does not stand
            yet.
        """
        words = words_of(query)
        if not words:
            raise Refusal("search_too_short")
        question = IndexQuestion(words, most, reserved)
        answer = await self._asked(question)
        if answer is not None:
            return _hits(answer)
        if self.is_serving:
            return _hits(IndexAnswer(percent=0))
        return await self._read_all(question, progress)

    async def _read_all(
        self, question: IndexQuestion, progress: Progress | None
    ) -> Hits:
        """Without an index. Raises: StorageError."""
        having: list[IndexedText] = []
        async for page in self._texts.pages():
            seen = [one for one in page.texts if question.reserved or not one.reserved]
            having += [one for one in seen if has_all(one.text, question.words)]
            if progress is not None:
                progress(page.done, page.all)
        return hits_among(having, question.most)

    async def _asked(self, question: IndexQuestion) -> IndexAnswer | None:
        """None: nobody answers."""
        try:
            return await asyncio.wait_for(ask(self._folder, question), ANSWER_WITHIN)
        except TimeoutError:
            return None


def _hits(answer: IndexAnswer) -> Hits:
    """Raises: Refusal, if nothing was looked for yet."""
    if answer.percent < 100:
        raise Refusal("search_preparing", percent=answer.percent)
    return Hits([Hit(*one) for one in answer.found], answer.total)
