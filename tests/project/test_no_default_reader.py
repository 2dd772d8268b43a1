"""Nobody reads a case by default: who reads, the register of units and the conflict
rule are handed in.
"""

import ast
from collections.abc import Iterator

from tests.project.checkout import ROOT

NAMED = {"reader", "register", "conflict", "sight"}
# who orders, in which role, for which unit, and which units had the case before
ASKED = NAMED | {"who", "role", "unit_id", "given"}
# whoever constructs these says what they may see: a forgotten role would be the highest
RANKED = {"AtTheMachine", "Given"}
TYPED = {"CaseReader", "UnitRegister", "ConflictRule"}


def optional(source: str) -> Iterator[str]:
    """Parameters and fields that a caller may forget, or hand in as None."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from defaulted(node.args)
            args = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield from (one.arg for one in args if nullable(one.annotation))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            given = node.value is not None and node.target.id in NAMED
            if given or nullable(node.annotation):
                yield node.target.id


def ranked_by_default(source: str) -> Iterator[str]:
    """Classes of people whose role a caller may forget."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name in RANKED:
            fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
            given = [one.target for one in fields if one.value is not None]
            if any(isinstance(one, ast.Name) and one.id == "role" for one in given):
                yield node.name


def defaulted(args: ast.arguments) -> Iterator[str]:
    positional = (*args.posonlyargs, *args.args)
    with_default = [*positional[len(positional) - len(args.defaults) :]]
    pairs = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    with_default += [one for one, default in pairs if default is not None]
    for one in with_default:
        if one.arg in ASKED or TYPED & names(one.annotation):
            yield one.arg


def names(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    found = [node for node in ast.walk(annotation) if isinstance(node, ast.Name)]
    return {node.id for node in found}


def nullable(annotation: ast.expr | None) -> bool:
    if annotation is None or not TYPED & names(annotation):
        return False
    constants = [one for one in ast.walk(annotation) if isinstance(one, ast.Constant)]
    return any(one.value is None for one in constants)


def test_no_signature_forgets_who_reads() -> None:
    """A case is opened for somebody: no parameter or field has a default for that."""
    forgotten = {
        str(path.relative_to(ROOT)): found
        for folder in ("bot", "dialogs/case")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (found := [*optional(path.read_text("utf-8"))])
    }
    assert forgotten == {}


def test_nobody_has_a_rank_by_default() -> None:
    """The conflict rule and the approvals go by the role of who orders."""
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "dialogs/case").rglob("*.py")]
    sources = [path.read_text("utf-8") for path in files]
    named = [name for source in sources for name in RANKED if f"class {name}" in source]
    assert sorted(named) == sorted(RANKED)
    assert not [name for source in sources for name in ranked_by_default(source)]


def test_the_rule_finds_what_it_forbids() -> None:
    """Defaults, optional types and fields with a value are found, plain ones not."""
    forbidden = """
def one(reader=None): ...
def two(*, sight: ConflictRule | None): ...
async def three(who: CaseReader = MACHINE): ...
class Four:
    register: UnitRegister | None
    conflict: ConflictRule = RULE
"""
    assert [*optional(forbidden)] == ["reader", "sight", "who", "register", "conflict"]
    assert [*optional("def fine(reader: CaseReader, limit: int = 5): ...")] == []
