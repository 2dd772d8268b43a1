"""How people call a unit who do not write its name out: the forms made by rule.

Who must not see a case is asked by these, so a form too many hides one case more, and a
form too few shows a report to those whom it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST_BASE = 2  # characters before the kind of a body: 翠苑 + 街道
SHORTEST_FORM = 3
# how the names of bodies end, and what people say in its place
ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("街道办事处", ("街道", "街办")),
    ("街道", ("街办",)),
    ("镇人民政府", ("镇",)),
    ("镇政府", ("镇",)),
    ("乡人民政府", ("乡",)),
    ("乡政府", ("乡",)),
    ("社区居民委员会", ("社区", "居委会")),
    ("社区居委会", ("社区", "居委会")),
    ("社区", ("居委会",)),
    ("村民委员会", ("村", "村委会")),
    ("卫生健康局", ("卫健局",)),
    ("住房和城乡建设局", ("住建局",)),
    ("城市管理局", ("城管局",)),
    ("综合行政执法局", ("执法局",)),
    ("人力资源和社会保障局", ("人社局",)),
    ("市场监督管理局", ("市场监管局", "市监局")),
    ("农业农村局", ("农业局",)),
    ("应急管理局", ("应急局",)),
    ("发展和改革局", ("发改局",)),
    ("文化和旅游局", ("文旅局",)),
    ("退役军人事务局", ("退役局",)),
)
IN_A_DISTRICT = re.compile(r".{2,4}?[省市区县](?P<body>.+)")
# what is left of a name is no name where every district has one
EVERYWHERE = frozenset(
    ("人民政府", "街道办事处", "办事处", "管委会", "委员会", "居委会", "办公室")
)


def short_names(name: str) -> tuple[str, ...]:
    """The other forms of a name, each once; name: as names are compared."""
    forms = dict.fromkeys(_forms(name))
    forms.pop(name, None)
    return tuple(forms)


def _forms(name: str) -> Iterator[str]:
    """The body without its district, and either with a shorter ending."""
    for whole in (name, *_bodies(name)):
        yield whole
        for ending, others in ENDINGS:
            base = whole.removesuffix(ending)
            is_bureau = ending.endswith("局")
            if base == whole or (len(base) < SHORTEST_BASE and not is_bureau):
                continue
            for other in others:
                if len(base + other) >= SHORTEST_FORM:
                    yield base + other


def _bodies(name: str) -> Iterator[str]:
    found = IN_A_DISTRICT.fullmatch(name)
    while found is not None:
        body = found["body"]
        if len(body) >= SHORTEST_FORM and body not in EVERYWHERE:
            yield body
        found = IN_A_DISTRICT.fullmatch(body)
