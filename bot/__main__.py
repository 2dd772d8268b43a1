"""`jianfu`: one console command, a verb for everything."""

from __future__ import annotations

import argparse
import os
import resource
import sys
from importlib import import_module

VERBS = {
    "serve": "开通专线：网页聊天，配好了还有 Telegram",
    "chat": "在终端里走一遍反映人的对话",
    "case": "办理工单：list、show、accept……",
    "clock": "为何是这个期限、为何超期，一行一行说明",
    "audit": "每天的存证码：heads；工单没被删、时间没改过：verify",
    "time": "程序的时钟可不可靠；confirm 由主管确认没错",
    "staff": "名册：add、list、disable、link",
    "unit": "单位名录：add、import、list、show、people、disable",
    "duty": "谁在什么钟点接加急件，22点找得到谁",
    "ladder": "一提醒、二通报、三处置：list、decide、document",
    "templates": "文书的模板：能不能填；--out 存出自带的",
    "report": "晨报、周报、月报：day、week、month",
    "init": "建钥匙环和数据库",
    "migrate": "把数据库升到本版",
    "doctor": "体检：钥匙、权限、磁盘、完整性、设置",
    "backup": "在线加密备份",
    "restore": "从备份恢复",
    "retention": "删去过了保存期的内容；--plan 只看不删",
    "poster": "做可打印的海报，二维码打开 Telegram 机器人",
    "understand": "读入 JSONL，判断每句话说的是什么",
    "hear": "读入 JSONL，判断对话里一句话想做什么",
    "redact": "读入 JSONL，遮住能认出人的字",
    "simulate": "演一遍：几个月的专线，几分钟，人是编的",
    "bench": "测速：与参照同场对比",
}


INTERRUPTED = 128 + 2  # exit code, as a shell says it


def main(argv: list[str] | None = None) -> int:
    """Run one verb. Returns its exit code: 0 done, 1 refused, 2 the operator must do
    something first.
    """
    _leave_no_core()
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (
        BrokenPipeError
    ):  # who read us has left; Python must not find that out once more while ending
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _leave_no_core() -> None:
    """Keys, addresses and words that are not masked yet stand in memory: they are not
    written to a disk because the process fell.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(argv: list[str]) -> int:
    # Imported late: a Ctrl-C meanwhile is told as any other, without a traceback.
    from bot.settings import OperatorError

    args = _parser(argv).parse_args(argv)
    try:
        return int(args.run(args))
    except OperatorError as error:
        print(f"jianfu {args.verb}: {error}", file=sys.stderr)
        return 2
    except PermissionError as error:  # of another login, whatever the verb touched
        print(f"jianfu {args.verb}: {_not_allowed(error)}", file=sys.stderr)
        return 2


def _parser(argv: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jianfu", description="减负专线：匿名收“给基层添负担”的线索。"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, summary in VERBS.items():
        # Only the verb that was asked for is imported: `jianfu redact` needs no web
        # server.
        known = import_module(f"bot.cli.{verb}") if argv[:1] == [verb] else None
        sub = verbs.add_parser(verb, help=summary, description=summary)
        if known:
            known.arguments(sub)
            sub.set_defaults(run=known.run)
    return parser


def _not_allowed(error: PermissionError) -> str:
    where = error.filename or "数据目录或钥匙环"
    return (
        f"这个登录名没有权限用 {where}：请换成运行专线的那个登录名，"
        "例如 sudo -u 登录名 jianfu …"
    )


if __name__ == "__main__":
    sys.exit(main())
