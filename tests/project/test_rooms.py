"""The rooms of the house: nobody imports in a circle, only `jianfu` needs the lab."""

from pathlib import Path

from tests.project import rooms


def test_no_module_imports_in_a_circle() -> None:
    """Each module can be read after those that it imports."""
    assert rooms.cycle(rooms.module_graph()) == []


def test_no_room_imports_in_a_circle() -> None:
    """Rooms stand on each other; what two of them need lies in one below both."""
    assert rooms.cycle(rooms.room_graph()) == []


def test_nothing_that_a_deployment_needs_imports_the_lab() -> None:
    """Measuring and showing may use everything; nothing uses them but their verbs."""
    graph = rooms.room_graph()
    assert {room for room, others in graph.items() if "bot/lab" in others} <= {
        "bot/cli"
    }


def test_a_circle_would_be_seen(tmp_path: Path) -> None:
    """The control: two modules that import each other, one inside a function."""
    for part in ("anonymizer", "bot", "dialogs", "scheduler", "storage"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").write_text("", "utf-8")
    (tmp_path / "bot" / "one.py").write_text("from bot import two\n", "utf-8")
    (tmp_path / "bot" / "two.py").write_text("def f():\n    import bot.one\n", "utf-8")
    assert set(rooms.cycle(rooms.module_graph(tmp_path))) == {"bot.one", "bot.two"}
    assert set(rooms.cycle(rooms.room_graph(tmp_path))) == {"bot/one", "bot/two"}
