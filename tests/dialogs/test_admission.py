"""A task is looked up, from anywhere, and a draft waits meanwhile."""

from __future__ import annotations

from tests.dialogs.chat import Chat


def test_a_task_is_looked_up_in_three_steps() -> None:
    chat = Chat()
    chat.says("/admission")
    assert chat.step == "admission_task"
    assert "（街道办）还查不到" in chat.says("入户登记", "街道办")
    assert "哪件事" in chat.says("再查一件")
    chat.says("入户登记", "街道办", "不查了")
    assert chat.talk is None


def test_a_draft_waits_below() -> None:
    chat = Chat()
    chat.says("街道要求我们社区同一份台账每周报五次", "查准入", "返回")
    assert chat.step == "preview"
