"""How to do things here, what is kept, and the receipt."""

from __future__ import annotations

from dialogs.library.entry import entry

# ── how to ────────────────────────────────────────────────────────────────────────────

entry(
    "how_to",
    "how_to",
    "直接打字就行：先说一句谁要您做什么；要改说“不是街道，是区里”，不要哪句就说，"
    "最后说“可以了”送出。",
    general=True,
)
entry(
    "how_send",
    "how_to",
    "说“可以了”，或者点“送出”，就交上去了。还没写事的，先写一句谁要您做什么。",
)
entry(
    "trouble",
    "how_to",
    "网不好就过一会儿再发，没送到的会留着让您重发。图片发不出，把要点写成一句话也行。",
)
entry(
    "account",
    "how_to",
    "不用注册、登录，也不用装什么。以后凭回执码查，把码发来就行。",
)
entry(
    "how_change",
    "how_to",
    "直接说哪里不对就行，比如“不是街道，是区里”“13次改成11次”；在预览里点那一项也行。",
)
entry(
    "how_delete",
    "how_to",
    "说“把某某那句删掉”就行；全不要了，说“不报了”，当场删。已经送出的，凭回执码点“忘记我”。",
)
entry(
    "how_pictures",
    "how_to",
    "直接把图发来，或在预览里点“图片”，最多{pictures}张；不要哪张，说“第二张不要了”。"
    "头像、昵称请先裁掉。",
)
entry(
    "how_status",
    "how_to",
    "说“进度”，或者把回执码发来，马上给您看办到哪一步。",
)
entry(
    "how_withdraw",
    "how_to",
    "凭回执码打开，说“撤回”：还没转给单位的，就不再办了；已经转出去的，专线来收尾，"
    "单位不会知道是谁。",
)
entry(
    "how_later",
    "how_to",
    "看预览时点“晚点交”，或说“过一个月再交”，最多31天。回执码现在就给，"
    "到那天工作人员才看得到。",
)
entry(
    "keep_from_how",
    "how_to",
    "说“别让某某单位看”就行，看预览时也有“不给谁看”。记下以后，那个单位的人"
    "在系统里看不到这一件。",
)
entry(
    "how_mute",
    "how_to",
    "说“别再提醒”就行；想留几样，打开进展点“跟进设置”。以后凭回执码照样能查。",
)
entry(
    "leave_out",
    "how_to",
    "单位、地点、时间都可以空着，也可以写宽，比如只写“区里”“街道”。"
    "写得细好查，写得宽更难猜到您。",
)
entry(
    "voice",
    "how_to",
    "语音我还听不了。用输入法的语音转文字，说完看一眼就能发。",
)
entry(
    "files",
    "how_to",
    "文件和视频还收不了，截图发来就行，或者把要点写成一句话。",
)
entry(
    "language",
    "how_to",
    "方言、繁体字都行，照您平时说的写；要英文界面，说 English。"
    "没听明白的，我会再问一句。",
)

entry(
    "cover_pictures",
    "how_to",
    "图里的脸和字我不会自动遮，请先裁掉或涂黑（网页上可以直接涂）。"
    "拍摄地点会自动去掉；没经专线放行，单位看不到图。",
)
entry(
    "mask_undo",
    "how_to",
    "送出前点一下放开，再点又遮上。送出后只剩遮过的样子，原来的字谁也看不到，我们也不留。",
)

# ── what is kept ──────────────────────────────────────────────────────────────────────

entry(
    "still_there",
    "retention",
    "还在，没送出的内容再留{hours}小时，之后自动清除。",
)
entry(
    "draft_kept",
    "retention",
    "没送出的再留{hours}小时，到点自动清除；想现在就删，说“不报了”。",
)
entry(
    "what_kept",
    "retention",
    "没送出的最多留24小时。送出后只留遮过的文字，办结{closed}天后销毁，联系方式{address}；"
    "凭回执码点“忘记我”，当场销毁；以前的加密备份里还有，恢复时再销毁一次。",
    general=True,
)
entry(
    "deleted",
    "retention",
    "没送出的，放弃就当场删掉，图也一起删，我们不留底；只有碰巧那时做的加密备份里还有，"
    "恢复时最多留到24小时。",
)
entry(
    "pictures_kept",
    "retention",
    "没送出的跟草稿一起，最多24小时；送出后办结{media}天删去。"
    "凭回执码点“忘记我”，当场销毁。",
)
entry(
    "address_kept",
    "retention",
    "办结或不受理{address}后销毁，您要过{look_back_later}再问一次的留到{address_later}。"
    "选“只凭回执码查”的，一开始就不存。",
)
entry(
    "forget_me",
    "retention",
    "凭回执码打开，点“忘记我”：您写的字、图片、联系方式当场销毁，回执码也失效，"
    "不能恢复；事情照样办。",
)
entry(
    "my_side",
    "retention",
    "您手机上的要自己删：Telegram 发 /clear，网页点“离开”，别的聊天长按删除。"
    "先抄好回执码；送出的不受影响。",
)

# ── the receipt ───────────────────────────────────────────────────────────────────────

entry(
    "receipt_lost",
    "receipt_lost",
    "先在送出的那个聊天里说“进度”，选了“在这里告诉我”的，不用码也看得到。"
    "看不到就再反映一次，写明是同一件；丢了的码我们也找不回。",
    general=True,
)
entry(
    "receipt_what",
    "receipt_lost",
    "是送出后给您的16位码，只有您有。凭它随时查进展、补充、评价；谁拿到都能看，"
    "别存在单位设备上，也别发群里。",
)
