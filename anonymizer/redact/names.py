"""Names of people, found by what stands around them."""

import re
from collections.abc import Iterator

from .fold import Folded
from .spans import Span

_CUED = re.compile(r"(?:联系人|姓名|负责人|签收人|户名|持有人|来电人|我叫|名叫)[:：? 是为]{0,2}([一-鿿]{2,3})(?![一-鿿])")


def find_names(text: Folded) -> Iterator[Span]:
    """Names in clear contexts."""
    for m in _CUED.finditer(text.plain):
        yield text.span(*m.span(1), "NAME")
