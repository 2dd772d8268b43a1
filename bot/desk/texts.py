"""The few sentences of the staff's side that go through the outbox; the rest stands
where it is made.
"""

from dialogs.texts import phrases

phrases("desk", say="{text}", ask="{text}", button="{text}")
phrases(
    "alert",
    new_case="{alias}：有新工单。",
    news="{alias}：反映人有新消息。",
    answered="{alias}：单位答复了。",
    returned="{alias}：单位退回了。",
    extension_asked="{alias}：单位申请延期，请批复。",
    warn="{alias}：快到期了。",
    breach="{alias}：到期没办。",
    urged="{alias}：已催办。",
    supervised="{alias}：已督办。",
    escalated="{alias}：已提级督办。",
    circulated="{alias}：超期提出通报。",
    hand_over="{alias}：督办单要送到{unit}的{rank}手里，Telegram 上找不到人。"
    "请打印（jianfu unit papers）送去，送到后记一笔：/hand_over {alias} 怎么送的。",
    resumed="{alias}：等的时间到了，接着办。",
    assigned="{alias}：有新转来的工单，请到单位网页办理，或发 /case {alias} 看。",
    return_refused="{alias}：专线不同意退回，请接着办。",
    extended="{alias}：延期批准了。",
    extension_refused="{alias}：延期没批准。",
    rectifying="{alias}：要整改，请看期限。",
    urgent_set="{alias}：改为加急，请马上到场或上线。",
    urgent_lifted="{alias}：不算加急了，请看新的期限。",
    redated="{alias}：期限更正了，请看。",
    unmerged="{alias}：专线交回来了，请接着办，期限请看工单。",
    sent_back="{alias}：专线退回来了，请看哪里不够。",
    finding_corrected="{alias}：核实的结论更正了，请看。",
    time_after="服务器时钟比最后一条记录晚了{span}，可能不准：到期的删除、督办先不做。"
    "请对时；时钟没错，就请主管点“时钟没错”，或在终端运行 jianfu time confirm。",
    time_before="服务器时钟比最后一条记录还早{span}，可能不准：到期的删除、督办先不做。"
    "请对时；时钟没错，就请主管点“时钟没错”，或在终端运行 jianfu time confirm。",
    rectified="{alias}：单位报整改完成，请核对。",
)
phrases(
    "notice",
    ordered="【督办单】{alias}\n{unit}承办的这件事，专线主管督办。请您作为分管负责人"
    "督促办理；要求和期限请问本单位联络员。\n不得打听、追查反映人。看到请点“收到了”。",
    supervised="【督办单】{alias}\n{unit}承办的这件事，到期没有办好。请您作为分管负责人"
    "督促办理；内容和期限请问本单位联络员。\n不得打听、追查反映人。看到请点“收到了”。",
    escalated="【提级督办单】{alias}\n{unit}承办的这件事，督办以后仍没有办好。请您作为"
    "主要负责人过问；内容和期限请问本单位联络员。\n不得打听、追查反映人。"
    "看到请点“收到了”。",
    circulated="【拟通报】{alias}\n{unit}承办的这件事，提级督办以后仍没有办好，专线提出"
    "通报。请您作为主要负责人过问。\n不得打听、追查反映人。看到请点“收到了”。",
)
phrases("b", received="收到了", see_case="看工单", clock_right="时钟没错")
