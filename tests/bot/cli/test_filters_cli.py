"""`jianfu understand --jsonl`, `redact --jsonl`, `hear --jsonl`: lines in, lines out,
nothing else.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dialogs.understand import CATEGORIES
from tests.bot.command import ROOT, Login

FIELDS = {
    "understand": [
        "id",
        "categories",
        "in_scope",
        "signpost",
        "unit",
        "place",
        "kind",
        "urgent",
    ],
    "redact": ["id", "redacted", "spans"],
    "hear": ["id", "intent", "args"],
}
VERBS = tuple(FIELDS)


@pytest.fixture
def login(tmp_path: Path) -> Login:
    """A place without home or data: filters need neither."""
    return Login(tmp_path, {"HOME": ""})


def filtered(login: Login, verb: str, typed: str | bytes) -> list[dict[str, Any]]:
    """The answers to lines that are all good."""
    done = login.run(verb, "--jsonl", typed=typed)
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize("verb", VERBS)
def test_a_line_has_the_promised_fields_and_no_other(login: Login, verb: str) -> None:
    """In this order; the id comes back as it went in, whatever it is."""
    ids = [1, "a", None, {"n": [1.5]}]
    lines = [
        json.dumps({"id": id, "text": "街道要我们每天填三张表", "more": 1})
        for id in ids
    ]
    answers = filtered(login, verb, "\n".join(lines))
    assert [list(answer) for answer in answers] == [FIELDS[verb]] * 4
    assert [answer["id"] for answer in answers] == ids
    assert not (login.folder / "data").exists()


def test_understand_ranks_all_categories(login: Login) -> None:
    (told,) = filtered(
        login, "understand", json.dumps({"id": 1, "text": "同一份台账每周报五次"})
    )
    assert sorted(told["categories"]) == sorted(CATEGORIES)
    assert (
        told["categories"][0] == "forms"
        and told["in_scope"] is True
        and told["signpost"] is None
    )
    (away,) = filtered(
        login, "understand", json.dumps({"id": 2, "text": "着火了，三楼有人被困！"})
    )
    assert (away["in_scope"], away["signpost"]) == (False, "119")


def test_hear_reads_a_message_at_its_step(login: Login) -> None:
    """The same words mean another thing elsewhere."""
    written = {
        "said_before": ["台账一式三份", "三块牌子"],
        "draft": {"category": "forms", "unit": None, "place": None, "pictures": 2},
    }
    lines = [
        {"id": 1, "step": "preview", **written, "open": None, "text": "第二张图不要了"},
        {"id": 2, "step": "when", **written, "open": "1 今天 2 每月", "text": "第二个"},
        {"id": 3, "step": "start", "draft": None, "text": "四楼着火了 有人没下来"},
    ]
    told = filtered(login, "hear", "\n".join(map(json.dumps, lines)))
    assert told == [
        {"id": 1, "intent": "remove", "args": {"what": "picture", "n": 2}},
        {"id": 2, "intent": "choose", "args": {"n": 2}},
        {"id": 3, "intent": "emergency", "args": {"number": "119"}},
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"step": "nowhere"}, {"said_before": "x"}, {"draft": 1}, {"open": []}],
)
def test_hear_says_which_field_is_wrong(login: Login, wrong: dict[str, Any]) -> None:
    """By the line's number and the field's name, without what stands in it."""
    done = login.run(
        "hear", "--jsonl", typed=json.dumps({"id": 1, "text": "x", **wrong})
    )
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("第 1 行：" + next(iter(wrong)))


def test_offsets_count_code_points_of_the_input(login: Login) -> None:
    """Also behind characters beyond the basic plane and lone surrogates; the rest stays
    as it is.
    """
    text = "😀𠮷\ud83d我叫王小明，电话13800138000。\u200b"
    (told,) = filtered(login, "redact", json.dumps({"id": 1, "text": text}))
    spans = {span["type"]: text[span["start"] : span["end"]] for span in told["spans"]}
    assert spans == {"NAME": "王小明", "PHONE": "13800138000"}
    assert told["redacted"] == "😀𠮷\ud83d我叫[姓名]，电话[电话]。\u200b"


def test_the_dev_set_goes_through(login: Login) -> None:
    """Every line answered, in order, and every span cuts what the mask replaced."""
    lines = (ROOT / "tests/data/pii_dev.jsonl").read_text("utf-8")
    given = [json.loads(line) for line in lines.splitlines()]
    answers = filtered(login, "redact", lines)
    assert [answer["id"] for answer in answers] == [line["id"] for line in given]
    for line, answer in zip(given, answers, strict=True):
        assert [list(span) for span in answer["spans"]] == [
            ["start", "end", "type"]
        ] * len(answer["spans"])
        rest = answer["redacted"]
        at = 0
        for span in answer["spans"]:
            before = line["text"][at : span["start"]]
            assert rest.startswith(before + "[")
            rest, at = rest[len(before) :].split("]", 1)[1], span["end"]
        assert rest == line["text"][at:]
    assert len(filtered(login, "understand", lines)) == len(given)


@pytest.mark.parametrize("verb", VERBS)
def test_a_windows_file_is_read(login: Login, verb: str) -> None:
    """Byte order mark, CRLF, empty lines, no newline at the end."""
    typed = '\ufeff{"id":1,"text":"甲"}\r\n\r\n  \n{"id":2,"text":"乙"}'
    assert [answer["id"] for answer in filtered(login, verb, typed)] == [1, 2]


@pytest.mark.parametrize("verb", VERBS)
def test_a_bad_line_is_told_by_number_and_the_rest_goes_on(
    login: Login, verb: str
) -> None:
    """Nothing of the line is quoted; the answers stay on stdout, the trouble
    on stderr.
    """
    bad = [
        b"{",
        b"[]",
        b"null",
        b'{"id":3}',
        b'{"id":4,"text":5}',
        b'{"text":"secret"}',
        b"\xff\xfe",
        b'{"id":NaN,"text":"secret"}',
        b"[" * 100_000,
    ]
    lines = [
        line
        for pair in zip(bad, [b'{"id":1,"text":"x"}'] * len(bad), strict=True)
        for line in pair
    ]
    done = login.run(verb, "--jsonl", typed=b"\n".join(lines))
    assert done.code == 1
    assert len(done.out.splitlines()) == len(bad)
    told = done.err.splitlines()
    assert [line.split("：")[0] for line in told] == [
        f"第 {2 * n + 1} 行" for n in range(len(bad))
    ]
    assert "secret" not in done.err and "Traceback" not in done.err


def test_lone_surrogates_survive(login: Login) -> None:
    """Escaped or raw, they come back as what they were, in lines that are UTF-8 all the
    same.
    """
    raw = b'{"id":2,"text":"a\xed\xa0\xbdb"}\n{"id":3,"text":"\xe5\xa5\xbd"}'
    answers = filtered(login, "redact", b'{"id":1,"text":"a\\ud83db"}\n' + raw)
    assert [answer["redacted"] for answer in answers] == ["a\ud83db", "a\ud83db", "好"]


@pytest.mark.parametrize("verb", VERBS)
def test_each_answer_comes_at_once(login: Login, verb: str) -> None:
    """A program may talk to it line by line: no answer waits for the next line or the
    end.
    """
    with login.start(verb, "--jsonl") as process:
        assert process.stdin and process.stdout
        for id in range(3):
            process.stdin.write(
                json.dumps({"id": id, "text": "街道要我们每天填三张表"}).encode()
                + b"\n"
            )
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == id
        process.stdin.close()
        assert process.wait(timeout=120) == 0


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_that_goes_away_ends_it_quietly(login: Login, verb: str) -> None:
    """As with `| head -1`."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        login.command(verb, "--jsonl"),
        env=login.surroundings(),
        cwd=login.folder,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b'{"id":1,"text":"x"}\n' * 3)
        process.stdin.close()
        assert (process.wait(timeout=120), process.stderr.read()) == (141, b"")


@pytest.mark.parametrize("verb", VERBS)
def test_thousands_of_lines_are_answered(login: Login, verb: str) -> None:
    line = json.dumps(
        {
            "id": 1,
            "text": "街道民政办要我们网格员每天在两个群里打卡，同一份台账每周报五次",
        }
    )
    assert len(filtered(login, verb, f"{line}\n" * 2000)) == 2000


@pytest.mark.parametrize("verb", VERBS)
def test_without_jsonl_it_says_what_to_add(login: Login, verb: str) -> None:
    assert "--jsonl" in login.refused(verb)


OWN = ("init", "migrate", "doctor", "backup", "restore", "understand", "redact", "hear")


@pytest.mark.parametrize("verb", OWN)
def test_help_is_chinese_and_needs_no_set_up(login: Login, verb: str) -> None:
    """What it does and every option, also where nothing is set and nobody has
    a home.
    """
    told = login.does(verb, "--help")
    options = [line.split() for line in told.splitlines() if line.startswith("  --")]
    assert sum("一" <= sign <= "鿿" for sign in told) > 30
    assert all(option[-1] != option[0] for option in options) or options == [
        ["--journal-lost"]
    ]
