"""What only Telegram says, beside the dialogs' own words."""

from dialogs.texts import phrases

phrases(
    "telegram",
    sees="先说清楚：Telegram 公司看得到您的账号和这里的每句话，拿到您手机的人也看得到；"
    "专线的工作人员看不到您的账号。",
    instead="不想让 Telegram 看到，请改用网页：{url}",
    news="您有一条新消息",
    fetching="图片还在取，网络有点慢。不用重发，取到就接着说。",
    copy="复制回执码",
    clear="清空聊天",
    goes="这条消息1小时后自动删除。",
    clearing=(
        "正在删除双方的消息。"
        "Telegram 只让机器人删48小时内的，更早的请长按自行删除。"
        "没送出的草稿还在。"
    ),
    refused="现在存不下新内容，您的话还没有收下。不用重发，一恢复就会处理。",
    told_only="现在存不下新内容，以上只是给您看看。不用重发，一恢复就再发一次，"
    "那时能回答、能补充。",
    failed="没有送出，请再试（编号 {incident}）。",
    elsewhere="请勿在群里反映。点这里私聊，只有您看得到：https://t.me/{name}",
    about="一周七天，匿名收“给基层添负担”的线索：文件、会议、检查、报表、APP打卡、"
    "挂牌……"
    "不问姓名、电话、账号，工作人员只看到代号。请勿使用单位网络和设备。",
    about_short="匿名反映给基层添负担的事，一周七天。",
    c_start="开始反映",
    c_status="查进展",
    c_cancel="放弃没送出的",
    c_clear="清空聊天",
    c_lang="English",
    c_help="帮助",
)
