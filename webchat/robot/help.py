"""How the chat is used: what somebody asks about it, found by its words in both languages."""

from __future__ import annotations

import re

import attrs

from webchat.robot.asking import Answer, Asked, echo

HELP_LIMIT = 120
"""The longest question that its words are looked for in."""


@attrs.frozen
class Topic:
    """*en* and *zh* find it in a question that asks how; *names* are it, alone or behind `help`."""

    names: re.Pattern[str]
    found_by: re.Pattern[str]
    en: str
    zh: str


_ASKS_HOW = re.compile(
    r"^(?:is|are|do|does|can|will)\b|\b(?:how|where|help|show me|explain|teach me|what (?:is|are|does)|is it possible|possible to|is there (?:a|any)|are there|can i|can we|can one|could i|may i|do you support|does it|why can'?t i|i (?:want|need|would like|'d like) to|i can'?t|(?:is|are) .+ supported|forg[eo]t(?:ten)?)\b"
    r"|怎么|怎样|怎样才能|如何|哪里|哪儿|在哪|能不能|可不可以|可以|能否|是否|有没有|什么是|是什么|是啥|支持|教我|教程|想要?|需要|帮助|为什么不能|有哪些|忘记?了?|咋|能.+吗|用法|使用|[吗么][?？]?\s*$",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:(?:help|info)(?: (?:me )?(?:with|on|about|for))? |how to use |帮助[:,， ]?|关于)?(.+?)(?: help|帮助|的?用法|怎么用|怎么办)?", re.IGNORECASE)


def _topic(names: str, found_by: str, en: str, zh: str) -> Topic:
    return Topic(re.compile(names, re.IGNORECASE), re.compile(found_by, re.IGNORECASE), en, zh)


_MAKE = r"\b(?:create|make|start|open|add|set up|begin)\b"
_A = r"(?:(?:an?|my|our|the|own|new|another|more|some|public|private|chat|group) )+"

# The first that fits is the answer: what is special stands before what is general.
TOPICS = (
    _topic(
        r"(?:exporting|saving) (?:a |the )?rooms?|room export|导出(?:房间|聊天记录|消息)", r"\b(?:export|download|back ?up|save)\b.*\b(?:rooms?|chats?|messages|conversations?|history)\b|(?:导出|备份|下载).*(?:房间|聊天|消息|记录)",
        "The owner of a room finds **Export…** in the room's panel under **Info**: as a page to read, or as a copy that another webchat server can take in. What you wrote yourself is in **Settings → Privacy → Your data**.",
        "房主可以在房间侧栏的**房间信息**里点**导出…**：可以存成网页来阅读，也可以存成能搬到另一台 webchat 服务器的副本。你自己的数据在**设置 → 隐私 → 我的数据**。",
    ),
    _topic(
        r"my data|data export|我的数据|导出数据", r"\b(?:export|download|save|get)\b.*\b(?:my data|personal data|all about me)\b|(?:导出|下载|保存).*(?:数据|资料)",
        "**Settings → Privacy → Your data** saves everything the server keeps of you in one file: profile, rooms, contacts, devices and your messages.",
        "**设置 → 隐私 → 我的数据**可以把服务器保存的关于你的一切存成一个文件：资料、房间、联系人、设备和你发的消息。",
    ),
    _topic(
        r"delet(?:e|ing) (?:my )?account|(?:注销|删除)(?:我的)?(?:账号|帐号|账户)", r"\b(?:delete|remove|close|cancel)\b.*\baccount\b|(?:注销|删除|销).*(?:账号|帐号|账户)|销号",
        "**Settings → Privacy → Delete account**. It is for good. Your name, picture and memberships go; messages you wrote stay, under “Deleted account”.",
        "**设置 → 隐私 → 注销账号**。注销后无法恢复：你的名字、头像和成员身份会删除，发过的消息会保留，署名改为“已注销的用户”。",
    ),
    _topic(
        r"forgotten password|(?:忘记|忘了)密码|找回密码|密码忘了", r"\b(?:forg[eo]t(?:ten)?|lost|reset|recover)\b.*\bpassword\b|(?:忘记?了?|找回|重置).*密码|密码.*(?:忘|找回|重置)",
        "The people who run this server can give you a link with which you set a new password; it works once. I cannot, and I never ask for a password.",
        "请联系管理这个服务器的人，他们可以给你一个设置新密码的链接，只能用一次。我办不到，也绝不会问你的密码。",
    ),
    _topic(
        r"(?:change|changing) (?:my )?password|password|(?:修改|更改|改)?密码", r"\b(?:change|set|update|new)\b.*\bpassword\b|(?:改|换|设置?|新).*密码",
        "**Settings → Password**. Every other device is signed out when it changes. Never tell it to anybody, nor to me.",
        "在**设置 → 密码**里更改。改了以后，其他设备都会退出登录。密码不要告诉任何人，也不要告诉我。",
    ),
    _topic(
        r"devices|sessions|sign(?:ing)? out|log ?out|设备|退出登录|登出", r"\b(?:sign(?:ed|ing)?|log(?:ged|ging)?) ?out\b|\b(?:my|other|which|all) devices\b|退出登录|登出|(?:其他|别的|哪些|所有)设备|退出.*设备|设备.*退出",
        "**Settings → Devices** shows where you are signed in, and signs out one or all others. To sign out here, open your menu (your picture) and choose **Sign out**.",
        "**设置 → 设备**列出你登录的设备，可以退出其中一台或其他所有设备。要在这里退出，请打开“我的菜单”（你的头像），选**退出登录**。",
    ),
    _topic(
        r"(?:registration |server )?invitation links?|注册邀请|邀请(?:码|链接)|invitations?|邀请", r"\binvitation (?:link|code)|\binvite\b.*\b(?:link|here|server|register|account)\b|邀请(?:码|链接)|邀请.*(?:注册|服务器)|注册.*邀请",
        "In a room: panel → **Info → Invite people → Invitation links**. Those who may invite people to the server find such links also in **Settings → Invitations**.",
        "在房间里：侧栏 → **房间信息 → 邀请成员 → 邀请链接**。有权邀请别人注册的人，也可以在**设置 → 邀请**里生成链接。",
    ),
    _topic(
        r"invit(?:e|ing)(?: people| friends)?|邀请(?:成员|朋友|别人|人)", r"\b(?:invite|bring|add)\b.*\b(?:people|friends?|members?|some(?:one|body)|users?|others|colleagues?|person|them|her|him|to (?:a|the|this|my) room)\b|(?:邀请|拉(?!黑)|加).{0,4}(?:朋友|同事|同学|别人|他人|人|成员|大家|进群|进来|入群|进房间)",
        "Open the room, then its panel, **Info → Invite people**: choose people, or make an invitation link. Who may invite is a setting of the room.",
        "打开房间的侧栏，点**房间信息 → 邀请成员**：可以选择成员，也可以生成邀请链接。谁可以邀请由房间设置决定。",
    ),
    _topic(
        r"direct (?:messages?|chats?|conversations?)|dms?|private messages?|私聊|私信", rf"\b(?:direct|private) (?:message|chat|conversation)|\bdm\b|\b(?:write|talk|chat|message)\b.*\b(?:privately|directly|in private|one person|somebody alone)\b|{_MAKE}.*\b(?:direct|conversation)\b|私聊|私信|单独聊|一对一",
        "Press **+** beside **Direct** in the list, and choose one person or up to nine. In somebody's profile, **Message** does the same.",
        "在列表的**私聊**旁点**+**，选一个人，或者最多九个人。在对方的资料里点**发消息**也可以。",
    ),
    _topic(
        r"(?:delete|deleting) (?:a )?room|(?:删除|解散)(?:房间|群)|archive|归档", r"\b(?:delete|remove|close|archive)\b.*\b(?:room|channel|group)\b|(?:删除|删掉|解散|关闭|归档).*(?:房间|群|频道)|(?:房间|群|频道).*(?:删除|解散|归档)",
        "The owner finds **Archive** and **Delete room** in the room's panel under **Info**. An archived room can still be read, and opened again; a deleted one is gone for everybody.",
        "房主可以在房间侧栏的**房间信息**里归档或删除房间。归档的房间还能阅读，也能恢复；删除的房间对所有人都没有了。",
    ),
    _topic(
        r"(?:leave|leaving) (?:a )?room|退出房间|退群|离开房间", r"\b(?:leave|quit|exit)\b.*\b(?:room|channel|group|conversation)\b|(?:退出|离开).*(?:房间|群|频道)|退群",
        "In the room's panel: **Info → Leave**. A public room you can join again; to a private one somebody must invite you.",
        "在房间侧栏的**房间信息**里点**退出**。公开房间可以再加入，私密房间要有人邀请才能回来。",
    ),
    _topic(
        r"(?:join|joining|find|finding|browse|browsing) rooms?|加入房间|浏览房间|找房间", r"\b(?:join|find|browse|enter|discover)\b.*\b(?:rooms?|channels?|groups?)\b|(?:加入|找到?|浏览|进入|发现).*(?:房间|群|频道)|(?:房间|群|频道).*(?:加入|找到|在哪)",
        "**Browse rooms** in the list shows all public rooms; open one and press **Join**. A private room needs an invitation.",
        "列表里的**浏览房间**列出所有公开房间，打开后点**加入**。私密房间要有人邀请。",
    ),
    _topic(
        r"room settings|slow mode|房间设置|慢速模式", r"\broom settings\b|\bslow mode\b|\b(?:rename|settings of|change)\b.*\b(?:room|channel|group)\b|房间设置|慢速|(?:改|修改|设置).*(?:房间|群)(?:名|标题|主题|的名字)?",
        "In the room's panel under **Info**: title and topic, and **Room settings** — who finds it, who writes, who invites, slow mode, and how long messages are kept. Owner and moderators see what they may change.",
        "在房间侧栏的**房间信息**里：可以改标题和主题；**房间设置**里有谁能找到它、谁可以发言、谁可以邀请、慢速模式和消息保留多久。房主和管理员能看到自己可以改的部分。",
    ),
    _topic(
        r"(?:new |creat(?:e|ing) |mak(?:e|ing) )?(?:a )?rooms?|(?:新建|创建|建)?房间|建群", rf"{_MAKE} {_A}?(?:room|channel|group)s?\b(?! for (?!me|us|my))|(?:创建|新建|建立?|开|弄).{{0,6}}(?:房间|群|频道)",
        "Press **+** beside **Rooms** in the list. A public room can be found and joined by everybody here; of a private one only its members know.",
        "在列表的**房间**旁点**+**。公开房间这里的人都能找到并加入；私密房间只有成员知道。",
    ),
    _topic(
        r"moderators?|bans?|ban(?:ning)?|roles|silence|管理员|封禁|禁言|踢人", r"\b(?:ban|kick|silence|mute|remove)\b.*\b(?:some(?:one|body)|people|person|members?|user|him|her|them)\b|\bmoderator\b|封禁|禁言|踢人|踢出|移出|(?:设|当|做|任命).*管理员|转让.*(?:房主|房间|群)",
        "Owners and moderators open the menu beside a name in **Members**: silence for an hour, remove, ban, or make moderator. **Info → Banned people** lifts a ban.",
        "房主和管理员可以在**成员**里点名字旁的菜单：禁言一小时、移出房间、封禁，或设为管理员。解除封禁在**房间信息 → 封禁名单**。",
    ),
    _topic(
        r"block(?:ing)?(?: people)?|屏蔽|拉黑", r"\bblock\b.*\b(?:some(?:one|body)|people|person|user|him|her|them)\b|\bunblock\b|屏蔽|拉黑|黑名单",
        "Open the profile and choose **Block**: no direct messages, invitations or requests from them, and nobody is told. **Settings → Privacy** shows whom you block, and undoes it.",
        "打开对方的资料，选**屏蔽**：不再收到对方的私聊、邀请和申请，对方不会知道。在**设置 → 隐私**可以查看和解除。",
    ),
    _topic(
        r"reports?|reporting|举报", r"\breport\b.*\b(?:some(?:one|body)|message|person|user|abuse|spam|him|her|them)\b|举报",
        "In the tools of a message choose **Report…**, or **Report** in a profile. Those who look after this place see it, and that it was you.",
        "在消息操作里选**举报…**，或在对方的资料里举报。这里的管理者会看到，也会知道是你举报的。",
    ),
    _topic(
        r"search(?:ing)?(?: messages)?|search syntax|filters|搜索|搜索语法|查找消息|查找", r"\b(?:search|look up|filter)\b.*\b(?:messages?|files?|history|rooms?|chat|syntax|here|filters?)\b|\bhow (?:do(?:es)? (?:i|the|one) )?(?:to )?search\b|\bsearch (?:syntax|filters?)\b|\bfind\b.*\b(?:old|earlier|past)?\b.*\b(?:messages?|files?)\b|搜索|(?:查找|找|搜).*(?:消息|记录|文件|聊天)",
        "Press Ctrl Shift F, or the magnifier. Words are found wherever they stand; “quotation marks” keep words together, `dep*` finds what begins so. Filters: `from:mei` `in:#tea` `has:image` (or `file`, `link`) `before:2026-05-01` `after:2026-04-01`.",
        "按 Ctrl Shift F，或点放大镜。汉字出现在哪里都能找到；英文词组加引号会整体查找，`dep*` 找以 dep 开头的词。筛选：`来自：mei` `在：#茶` `含：图片`（或`文件`、`链接`）`早于：2026-05-01` `自：2026-04-01`。",
    ),
    _topic(
        r"markdown|formatting|bold|italics?|spoilers?|code blocks?|格式|文字格式|粗体|斜体|排版|代码块", r"\bmarkdown\b|\bformat(?:ting)?\b.*\b(?:text|message|code)|\b(?:bold|italics?|strike ?through|spoiler|code block|covered text)\b|格式|粗体|加粗|斜体|删除线|代码块?|剧透|遮住|排版",
        "`**bold**`, `*italic*`, `~~struck~~`, `||covered||`, `` `code` ``, `[text](address)`; a line that begins with `> ` quotes, `- ` makes a list; three backticks before and after make a block of code. The **Formatting** button has them too.",
        "`**粗体**`、`*斜体*`、`~~删除线~~`、`||遮住||`、`` `代码` ``、`[文字](地址)`；行首 `> ` 是引用，`- ` 是列表；前后各三个反引号是代码块。**文字格式**按钮里也有。",
    ),
    _topic(
        r"mentions?|@all|@here|提到|提及|@|艾特", r"\bmention(?:s|ing)?\b.*|@(?:all|here)\b|\bping\b.*\b(?:people|some(?:one|body)|everyone|everybody)\b|提到|提及|艾特|@(?:所有人|某人|别人|全体|在线|人)",
        "Type `@` and choose a name; `@all` means everybody in the room, `@here` those who are here now. What means you is listed under **Mentions**.",
        "输入 `@` 再选名字；`@所有人` 是房间里的每个人，`@在线` 是现在在线的人。提到你的消息在**提到我的**里。",
    ),
    _topic(
        r"threads?|repl(?:y|ies|ying)|话题|回复", r"\b(?:threads?|repl(?:y|ies))\b.*\b(?:start|open|message|work|to|make|is|are|see|find)\b|\b(?:start|open|make|use|what|find|see|how|reply)\b.*\b(?:threads?|repl(?:y|ies) (?:to )?(?:a|the|this)? ?message)\b|话题|(?:怎么|如何|怎样).*回复|回复.*(?:怎么|消息)",
        "In the tools of a message: **Reply** quotes it in the room (key R), **Thread** answers beside the room (key T). All threads are in the room's panel.",
        "在消息操作里：**回复**会在房间里引用它（按键 R），**话题**在房间旁边讨论（按键 T）。所有话题都在房间侧栏里。",
    ),
    _topic(
        r"reactions?|表情回应|回应", r"\breact(?:ions?)?\b.*\b(?:to|message|add|remove|emoji)\b|\b(?:add|give|use|remove|what are)\b.*\breactions?\b|表情回应|回应.*(?:消息|表情)|点赞",
        "In the tools of a message choose **React** (key A) and an emoji; choose it once more to take it back.",
        "在消息操作里选**回应**（按键 A），再选表情；再点一次就取消。",
    ),
    _topic(
        r"pins?|pinned messages|pinning|置顶|置顶消息", r"\b(?:un)?pin(?:ned|ning)?\b.*\b(?:messages?|it|this|room)\b|置顶",
        "**Pin** is in the tools of a message, for those who may pin. What is pinned is in the room's panel: **Info → Pinned messages**.",
        "有权限的人可以在消息操作里选**置顶**。置顶的消息在房间侧栏：**房间信息 → 置顶消息**。",
    ),
    _topic(
        r"edit(?:ing)?|delet(?:e|ing) (?:a )?messages?|修改消息|编辑|撤回|删除消息", r"\b(?:edit|change|correct|delete|remove|unsend|take back|recall)\b.*\b(?:messages?|what i (?:wrote|said|sent)|typo)\b|(?:修改|编辑|删除|删掉|撤回|撤销|改).{0,8}(?:消息|发的|说的|写的|信息)|(?:消息|信息|发错).{0,8}(?:修改|编辑|删除|删掉|撤回|撤销)|撤回",
        "**Edit** and **Delete** are in the tools of your message (keys E and Del); ↑ in the empty field edits your last one. Others see that it was edited, and what it said before.",
        "在自己消息的操作里选**修改**或**删除**（按键 E 和 Del）；输入框为空时按 ↑ 可以修改上一条。别人能看到它改过，也能看到修改记录。",
    ),
    _topic(
        r"forward(?:ing)?|转发", r"\bforward\b.*\b(?:messages?|it|this)\b|转发",
        "**Forward…** is in the tools of a message: choose rooms or people, and add a comment if you like.",
        "在消息操作里选**转发…**，选择房间或成员，还可以加一句话。",
    ),
    _topic(
        r"voice (?:notes?|messages?)|语音|语音消息", r"\bvoice (?:notes?|messages?)\b|\brecord\b.*\b(?:voice|audio|sound)\b|语音|录音",
        "Press the microphone beside the field, speak, and send. The browser asks once whether it may use the microphone.",
        "点输入框旁的麦克风，说完后发送。浏览器会先问是否允许使用麦克风。",
    ),
    _topic(
        r"files?|pictures|images|attachments?|uploads?|文件|图片|附件|发图", r"\b(?:send|attach|upload|share|post)\b.*\b(?:files?|pictures?|images?|photos?|videos?|documents?|attachments?)\b|(?:发送?|上传|分享|传).{0,6}(?:文件|图片|照片|视频|附件|图)|(?:文件|图片|照片).{0,6}(?:发送?|上传|在哪)",
        "Press **+** beside the field, drop files on the room, or paste a picture. A message takes up to ten. All of a room's files: panel → **Info → Files and pictures**.",
        "点输入框旁的**+**，把文件拖进房间，或直接粘贴图片。一条消息最多十个文件。房间的所有文件在侧栏：**房间信息 → 文件与图片**。",
    ),
    _topic(
        r"emojis?|emoticons|表情|表情符号", r"\bemojis?\b.*|表情",
        "Press the emoji button or Ctrl ; — or type `:` and the beginning of a name, such as `:smile`.",
        "点表情按钮或按 Ctrl ;，也可以输入 `:` 加名字的开头，比如 `:smile`。",
    ),
    _topic(
        r"quiet hours|do not disturb|免打扰|免打扰时段|勿扰", r"\bquiet hours\b|\bdo not disturb\b|\bnot be disturbed\b|免打扰|勿扰",
        "**Settings → Notifications → Quiet hours**: from when to when you are told nothing.",
        "**设置 → 通知 → 免打扰时段**：设定从几点到几点不提醒你。",
    ),
    _topic(
        r"mut(?:e|ing)(?: a room)?|静音", r"\b(?:un)?mute\b.*\b(?:rooms?|channels?|groups?|chats?|conversations?|this)\b|\bmute\b$|静音|不(?:想)?(?:再)?(?:收到|接收).*(?:通知|提醒)|关闭?.*(?:通知|提示音)",
        "The bell at the top of a room says what it tells you: all messages, only mentions, nothing — or mute it for some hours. **Settings → Notifications** lists all rooms.",
        "房间顶部的铃铛决定它怎么提醒你：所有消息、仅提到我时、不通知，也可以静音几小时。**设置 → 通知**里列出了所有房间。",
    ),
    _topic(
        r"notifications?|push(?: notifications?)?|通知|消息通知|推送", r"\bnotif(?:y|ications?|ied)\b|\bpush(?:es| messages)?\b.*\b(?:phone|device|enable|turn|get)\b|\balerts?\b.*\b(?:turn|enable|messages?)\b|通知|推送|提示音|新消息.*提醒",
        "**Settings → Notifications → Turn on notifications**, on each device; choose there whether they show the text, sound, and quiet hours. The bell at the top of a room says what it may tell you. On an iPhone add the page to the Home Screen first.",
        "在每台设备上打开**设置 → 通知 → 开启通知**；那里还可以选择是否显示内容、提示音和免打扰时段。房间顶部的铃铛决定它怎么提醒你。iPhone 要先把网页添加到主屏幕。",
    ),
    _topic(
        r"(?:keyboard )?shortcuts?|keys|hotkeys?|快捷键|键盘快捷键|键盘", r"\b(?:keyboard|shortcuts?|hotkeys?|key bindings?)\b|快捷键|键盘",
        "Ctrl / lists them all. The most useful: Ctrl K jumps to a room, Ctrl Shift F searches, Alt ↑ and ↓ change rooms, ↑ edits your last message, Shift Esc marks all as read. (On a Mac it is ⌘.)",
        "按 Ctrl / 可以看到全部。最常用的：Ctrl K 跳转到房间，Ctrl Shift F 搜索，Alt ↑ / ↓ 切换房间，↑ 修改上一条消息，Shift Esc 全部标为已读。（Mac 上用 ⌘。）",
    ),
    _topic(
        r"unread(?: messages)?|mark(?:ing)? as read|未读|已读", r"\b(?:mark|set)\b.*\b(?:un)?read\b|\bunread\b|标为(?:已读|未读)|未读|全部已读",
        "Shift Esc marks everything as read; Esc in the messages marks the room. **Mark unread from here** is in the tools of a message.",
        "Shift Esc 把全部标为已读；在消息列表里按 Esc 把这个房间标为已读。消息操作里可以选**从这里标为未读**。",
    ),
    _topic(
        r"(?:dark|light|night) (?:mode|theme)|themes?|深色|深色模式|夜间模式|主题", r"\b(?:dark|light|night) (?:mode|theme)\b|\b(?:theme|colou?rs?)\b.*\b(?:change|switch|dark|light)\b|\b(?:change|switch)\b.*\b(?:theme|colou?rs?)\b|深色|浅色|夜间模式|暗黑|(?:改|换|切换).*主题",
        "**Settings → Appearance → Theme**: light, dark, or as your system has it.",
        "**设置 → 外观 → 主题**：浅色、深色或跟随系统。",
    ),
    _topic(
        r"(?:text|font) size|appearance|layout|bubbles|外观|字体大小|文字大小|气泡", r"\b(?:text|font|letters?)\b.*\b(?:size|bigger|larger|smaller)\b|\b(?:bigger|larger|smaller) (?:text|font|letters)\b|\bbubbles\b|\bappearance\b|(?:字体?|文字).*(?:大|小)|气泡|外观",
        "**Settings → Appearance**: text size, rows or bubbles, and whether Enter or Ctrl Enter sends.",
        "**设置 → 外观**：文字大小、用行还是气泡，以及用 Enter 还是 Ctrl Enter 发送。",
    ),
    _topic(
        r"languages?|语言|切换语言|中文|英文", r"\b(?:change|switch|set|which|other)\b.*\blanguages?\b|\blanguages?\b.*\b(?:change|switch|support)|\bin (?:chinese|english)\b$|(?:改|换|切换|设置?|支持|哪些).*语言|语言.*(?:改|换|切换|设置)|(?:界面|换成|改成|切换到?).*(?:中文|英文|英语)",
        "**Settings → Language**: Chinese or English. Messages stay as they were written, and I answer in the language you ask in.",
        "**设置 → 语言**：中文或英文。消息内容保持原文；你用什么语言问，我就用什么语言答。",
    ),
    _topic(
        r"(?:profile )?picture|avatar|profile|头像|个人资料|昵称", r"\b(?:change|set|upload|edit|update)\b.*\b(?:avatar|profile|(?:display |my |user ?)name|picture|about)\b|\bavatar\b|(?:改|换|设置|上传|修改|编辑).{0,6}(?:头像|昵称|名字|资料|简介|显示名|用户名)|头像",
        "**Settings → Profile**: your picture, display name and a line about you. The @name itself stays as it is.",
        "**设置 → 个人资料**：头像、显示名和简介。用户名（@ 后面的）不能修改。",
    ),
    _topic(
        r"contacts?|friends|联系人|好友|加好友", r"\b(?:add|find|remove)\b.*\b(?:contacts?|friends?)\b|\bcontact request|(?:添加|加|删除|找).{0,4}(?:好友|联系人)|联系人|好友",
        "**People** in the list finds everybody by any part of a name; **Add contact** in a profile asks them. Requests to you are at the top of **People**.",
        "列表里的**找人**可以按名字的任意部分查找；在对方资料里点**添加联系人**发出申请。别人的申请在**找人**页面最上面。",
    ),
    _topic(
        r"status|presence|invisible|在线状态|状态|隐身", r"\b(?:appear|set|change|be|show)\b.*\b(?:invisible|offline|away|busy|status)\b|\binvisible\b|隐身|在线状态|(?:改|设置?|换|切换).*状态",
        "Open your menu (your picture) and choose **Online**, **Away**, **Busy** or **Invisible**.",
        "打开“我的菜单”（你的头像），选择**在线**、**离开**、**忙碌**或**隐身**。",
    ),
    _topic(
        r"off ?line(?: use)?|离线|断网|没网", r"\b(?:off ?line|without (?:a )?(?:connection|internet|network))\b|离线|断网|没有?网络?",
        "You can go on reading what this device has shown before, and write: messages go out by themselves once you are back on line, each exactly once.",
        "没有网络时，可以继续看这台设备显示过的内容，也可以照常写：恢复连接后消息会自动发出，不会丢，也不会重复。",
    ),
    _topic(
        r"install(?:ing)?(?: the app)?|app|安装|安装应用|客户端", r"\binstall\b.*\b(?:app|this|it|phone|chat|desktop)\b|\b(?:phone|mobile|desktop|android|iphone|ios) app\b|安装|(?:手机|桌面|安卓|苹果).*(?:应用|客户端|版|app)|添加到主屏幕",
        "**Settings → Notifications → As an app** gives the chat a window and an icon of its own. On an iPhone: Share, then “Add to Home Screen”.",
        "**设置 → 通知 → 安装为应用**，聊天就有自己的窗口和图标。iPhone 上：点“分享”，再选“添加到主屏幕”。",
    ),
    _topic(
        r"(?:api )?tokens?|bots?|api|机器人|令牌|接口", r"\b(?:write|make|create|build|add|program|run)\b.*\bbots?\b|\b(?:api|tokens?)\b|(?:写|做|创建|开发|添加|接入).*机器人|令牌|接口|\bAPI\b",
        "A program signs in with a token: **Settings → API tokens**. The HTTP API describes itself at `/api/v1/openapi.json`, and the protocol guide of webchat tells how to write a client.",
        "程序用令牌登录：**设置 → API 令牌**。HTTP 接口说明在 `/api/v1/openapi.json`，怎样写客户端见 webchat 的协议文档。",
    ),
    _topic(
        r"guests?|访客|游客", r"\bguests?\b.*\b(?:account|access|enter|look|sign|come|enable|allow)|\bas a guest\b|访客|游客",
        "Where this server lets guests in, they enter from the sign-in page without an account. A guest can make it an account later and keep everything.",
        "如果这个服务器允许访客，从登录页就可以进来，不需要账号。以后可以注册成正式账号，之前的内容都会保留。",
    ),
    _topic(
        r"jump(?:ing)?|switcher|跳转", r"\bjump to\b.*|\bswitch(?:ing)? (?:between )?(?:rooms|chats)\b|跳转|(?:快速)?切换房间",
        "Ctrl K, then a part of the name of a room, a person or a page. `#` shows rooms only, `@` people, `>` commands.",
        "按 Ctrl K，再输入房间、成员或页面名字的一部分。`#` 只看房间，`@` 只看成员，`>` 是命令。",
    ),
    _topic(
        r"encryption|privacy|隐私|加密", r"\b(?:encrypted|encryption|end.to.end)\b|\bwho can (?:read|see) (?:my|our) (?:messages|chats?)\b|加密|谁能看到.*(?:消息|聊天)",
        "Messages are not end-to-end encrypted: those who run the server could read them in its database. Nobody but the members of a room sees it otherwise.",
        "消息没有端到端加密：管理服务器的人可以在数据库里看到。除此之外，只有房间成员能看到。",
    ),
)  # fmt: skip

_ABLE = re.compile(
    r"(?:what (?:can|do) you do|what are you able to do|what can i (?:ask|say|do)(?: you| here)?|how can you help(?: me)?|help(?: me)?|commands?|menu|what do you know|how do(?:es)? (?:you|this|it) work|i need help|\?|features|what (?:can|do) i (?:ask|say)(?: to)? you)"
    r"|(?:你|大白)?(?:都)?(?:会|能|可以)(?:做|干|帮我做|帮我)?(?:些|点)?(?:什么|啥|哪些事?|干嘛)|(?:有)?(?:什么|哪些)(?:功能|命令|指令|用)|帮助|功能|命令|菜单|怎么用你?|你怎么用|使用说明|说明|我需要帮助|救命",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?:what(?:'s| is) (?:the |your )?)?(?:server |webchat |software )?version(?: (?:is this|is it|are you|of webchat))?|what version .{0,20}|(?:什么|哪个|当前|服务器|软件)?版本号?(?:是什么|是多少|是几)?", re.IGNORECASE
)
_WHERE = re.compile(
    r"what(?:'s| is) (?:this (?:place|server|site|chat|app)|webchat)(?: called)?|where am i|(?:what(?:'s| is) the )?name of (?:this |the )(?:server|place)|这(?:里|儿|个网站|个服务器|个地方)?是(?:什么地方|哪里|哪儿|什么|什么网站|什么服务器)|服务器(?:叫)?(?:什么)?名字?|我在哪里?",
    re.IGNORECASE,
)


def guide(asked: Asked) -> Answer | None:
    """The answer to a question about the chat; None where it is about something else."""
    text = asked.plain
    if not 0 < len(text) <= HELP_LIMIT:
        return None
    if _ABLE.fullmatch(text):
        return Answer(abilities(asked), "help")
    if _VERSION.fullmatch(text):
        return _answer(
            asked, f"This is webchat {echo(asked.facts.version)}.", f"这是 webchat {echo(asked.facts.version)}。"
        )
    if _WHERE.fullmatch(text):
        title, version = echo(asked.facts.title), echo(asked.facts.version)
        return _answer(
            asked,
            f"This is **{title}**, a chat server of its own that runs webchat {version}.",
            f"这里是**{title}**，一台自己搭建的聊天服务器，运行 webchat {version}。",
        )
    if bare := _BARE.fullmatch(text):
        for topic in TOPICS:
            if topic.names.fullmatch(bare[1].strip()):
                return _answer(asked, topic.en, topic.zh)
    if _ASKS_HOW.search(asked.question.text[: 2 * HELP_LIMIT]):
        for topic in TOPICS:
            if topic.found_by.search(text):
                return _answer(asked, topic.en, topic.zh)
    return None


def abilities(asked: Asked) -> str:
    """What the robot can do, with examples."""
    return asked.say(
        "I can:\n"
        "- tell how the chat works: `how do I invite people`, `search syntax`, `shortcuts`\n"
        "- remind you: `remind me tomorrow at 9 to water the plants`, `my reminders`, `cancel 2`\n"
        "- tell time and count days: `what time is it in Tokyo`, `days until 2027-01-01`\n"
        "- calculate and convert: `15% of 80`, `3 miles in km`, `255 in hex`\n"
        "- throw dice and choose: `roll 2d6+1`, `flip a coin`, `choose tea, coffee or water`\n\n"
        "I look nothing up on the internet, and I know nothing of your messages but what you write to me.",
        "我会：\n"
        "- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`\n"
        "- 提醒你：`明天早上9点提醒我浇花`、`我的提醒`、`取消2`\n"
        "- 报时、算日子：`东京现在几点`、`距离元旦还有几天`\n"
        "- 计算和换算：`80的15%`、`3英里是多少公里`、`255的十六进制`\n"
        "- 掷骰子、帮你选：`掷骰子`、`抛硬币`、`吃面还是吃饭`\n\n"
        "我不联网，除了你对我说的话，我看不到你的消息。",
    )


def _answer(asked: Asked, en: str, zh: str) -> Answer:
    return Answer(asked.say(en, zh), "help")
