"""What the kinds of burden are called. Codes are those of `dialogs.understand`; one
more is no burden, and never understood or chosen.
"""

from dialogs.texts import phrases

# Somebody is made to pay for having reported. Cases of this category exist for
# supervisors alone: nobody else meets them in a list, a search or a figure.
RETALIATION = "retaliation"

phrases(
    "category",
    documents="文件过多过滥",
    meetings="会议过多过长",
    inspections="督查检查考核过多",
    forms="台账报表、多头填报",
    fingertip="指尖上的形式主义",
    signage="滥挂牌、制度上墙",
    off_list_tasks="清单外摊派事项",
    certificates="违规要求开证明",
    showcase="创建示范达标评比",
    secondment="违规借调",
    event_quota="上报数量指标",
    other="其他",
    retaliation="打击报复",
)
phrases(
    "kind",
    forced_use="强制使用",
    traces="过度留痕",
    ranking="滥用排名",
    multi_report="多头填报",
    zombie="空壳僵尸",
)
