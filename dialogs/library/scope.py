"""What may be reported here, by whom and how; what is better told elsewhere."""

from __future__ import annotations

from dialogs.library.entry import entry

entry(
    "what_may",
    "other",
    "给基层添负担的都可以：文件会议多、检查考核多、报表台账、强制打卡APP、乱挂牌、"
    "派不该干的活、硬要开证明、搞样板、借调抽人。",
)
entry(
    "elsewhere",
    "other",
    "居民和企业的诉求打 12345，违纪违法的举报打 12388；这里收给基层添负担的事。"
    "拿不准就先说一句，我帮您分。",
)
entry(
    "appeal",
    "other",
    "能申诉，不在这里办。公务员不服处分，30天内向原机关申请复核，或直接向上一级申诉；"
    "监察机关给的，1个月内申请复审；签合同的，1年内找劳动仲裁。"
    "要是因为在这里说了话受罚，直接告诉我。",
)
entry(
    "report_or_not",
    "other",
    "不算。这里反映的是添负担的做法，不针对哪个人；违纪违法的举报才打 12388。"
    "说一句事就行，不用说您是谁。",
)
entry(
    "wrong_number",
    "other",
    "没关系。这里收给基层添负担的事；要找 12345、110、120，请直接拨那个号码。",
)
entry(
    "phone",
    "other",
    "电话号码各地不一样，以当地公布的为准。在这里打字说，一样有人办，也不显示您的号码。",
)
entry(
    "cost",
    "other",
    "不要钱，也不用注册。",
)
entry(
    "hours",
    "other",
    "一周七天，白天夜里都能说。工作人员{accept}内看受不受理；夜里不会主动打扰您。",
)
entry(
    "evidence",
    "other",
    "没有也行，口头说的一样收。说清谁、要您做什么、多久一次就够；有通知或截图，"
    "拍一张更好查。",
)
entry(
    "colleague",
    "other",
    "可以。替同事说、说听来的都行，讲明“听同事说”就好，别写他的名字；"
    "他自己来说，也不用留名。",
)
entry(
    "joint",
    "other",
    "不用签名，一个人说就行。各说各的更稳妥，互相看不到；说的是一件事，专线会合起来办。",
)
entry(
    "duplicates",
    "other",
    "别人说没说过，我不能讲，就像不会把您说的告诉别人。您照样说：多一个人说，"
    "分量就重一分。",
)
entry(
    "several",
    "other",
    "可以，一件一件来：先送出这件，再说下一件。一句话里说了几件，我会问您分不分开。",
)
entry(
    "why_ask",
    "other",
    "问清楚了，才有人知道该去哪里查。不想答就空着，一样能送出。",
)
entry(
    "category_matters",
    "other",
    "分类只是为了找对人办。选错没关系，您能改，工作人员也会再看。",
)
entry(
    "outside",
    "other",
    "这个不归这里，我答不上来。想反映给基层添负担的事，直接说一句话就行。",
)
