"""How the chat is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.robot.scene import Asking, asked
from webchat.robot.help import TOPICS, guide

ROWS = (
    ("help", "I can:\n- tell how the chat works: `h"),
    ("what can you do?", "I can:\n- tell how the chat works: `h"),
    ("你会什么", "我会：\n- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`"),
    ("怎么用", "我会：\n- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`"),
    ("what version is this?", "This is webchat 0.1.0."),
    ("这是什么地方", "这里是**茶馆**，一台自己搭建的聊天服务器，运行 webchat 0."),
    ("what is this place", "This is **茶馆**, a chat server of its"),
    ("how do I invite people?", "Open the room, then its panel, **Inf"),
    ("怎么邀请朋友", "打开房间的侧栏，点**房间信息 → 邀请成员**：可以选择成员，也可以生"),
    ("how can I create a private room?", "Press **+** beside **Rooms** in the "),
    ("怎么建群", "在列表的**房间**旁点**+**。公开房间这里的人都能找到并加入；私密"),
    ("how do I join a room", "**Browse rooms** in the list shows a"),
    ("怎么退出房间", "在房间侧栏的**房间信息**里点**离开**。公开房间可以再加入，私密房"),
    ("how to delete a room", "The owner finds **Archive** and **De"),
    ("how do I write to one person privately", "Press **+** beside **Direct** in the"),
    ("怎么私聊", "在列表的**私聊**旁点**+**，选一个人，或者最多九个人。在对方的资"),
    ("how can I change my password?", "**Settings → Password**. Every other"),
    ("怎么改密码", "在**设置 → 密码**里更改。改了以后，其他设备都会退出登录。密码不要"),
    ("I forgot my password", "The people who run this server can g"),
    ("忘记密码了怎么办", "请联系管理这个服务器的人，他们可以给你一个设置新密码的链接，只能用一次。"),
    ("search syntax", "Press Ctrl Shift F, or the magnifier"),
    ("how do I search?", "Press Ctrl Shift F, or the magnifier"),
    ("怎么搜索聊天记录", "按 Ctrl Shift F，或点放大镜。汉字出现在哪里都能找到；英文词"),
    ("markdown", "`**bold**`, `*italic*`, `~~struck~~`"),
    ("how do I write bold text", "`**bold**`, `*italic*`, `~~struck~~`"),
    ("怎么发代码", "`**粗体**`、`*斜体*`、`~~删除线~~`、`||遮住||`、`"),
    ("how do I get notifications on my phone", "**Settings → Notifications → Turn on"),
    ("怎么开启通知", "在每台设备上打开**设置 → 通知 → 开启通知**；那里还可以选择是否"),
    ("怎么关闭通知", "房间顶部的铃铛决定它怎么提醒你：所有消息、仅提到我时、不通知，也可以静音"),
    ("how do I mute a room", "The bell at the top of a room says w"),
    ("免打扰怎么设置", "**设置 → 通知 → 免打扰时段**：设定从几点到几点不提醒你。"),
    ("keyboard shortcuts", "Ctrl / lists them all. The most usef"),
    ("有哪些快捷键", "按 Ctrl / 可以看到全部。最常用的：Ctrl K 跳转到房间，Ct"),
    ("how do I write a bot?", "A program signs in with a token: **S"),
    ("怎么写机器人", "程序用令牌登录：**设置 → API 令牌**。HTTP 接口说明在 `"),
    ("can I use this offline?", "You can go on reading what this devi"),
    ("断网了能用吗", "没有网络时，可以继续看这台设备显示过的内容，也可以照常写：恢复连接后消息"),
    ("how can I export a room", "The owner of a room finds **Export…*"),
    ("怎么导出聊天记录", "房主可以在房间侧栏的**房间信息**里点**导出…**：可以存成网页来阅"),
    ("how do I download my data", "**Settings → Privacy → Your data** s"),
    ("where can I change my avatar?", "**Settings → Profile**: your picture"),
    ("怎么换头像", "**设置 → 个人资料**：头像、显示名和简介。用户名（@ 后面的）不能"),
    ("how do I enable dark mode", "**Settings → Appearance → Theme**: l"),
    ("怎么切换深色模式", "**设置 → 外观 → 主题**：浅色、深色或跟随系统。"),
    ("how do I change the language?", "**Settings → Language**: Chinese or "),
    ("怎么改成英文界面", "**设置 → 语言**：中文或英文。消息内容保持原文；你用什么语言问，我"),
    ("how do I edit a message", "**Edit** and **Delete** are in the t"),
    ("怎么撤回消息", "在自己消息的操作里选**修改**或**删除**（按键 E 和 Del）；"),
    ("how can I forward a message", "**Forward…** is in the tools of a me"),
    ("怎么置顶消息", "有权限的人可以在消息操作里选**置顶**。置顶的消息在房间侧栏：**房间"),
    ("how do reactions work: add a reaction", "In the tools of a message choose **R"),
    ("怎么回复消息", "在消息操作里：**回复**会在房间里引用它（按键 R），**话题**在房"),
    ("what are threads", "In the tools of a message: **Reply**"),
    ("how do I mention everyone", "Type `@` and choose a name; `@all` m"),
    ("怎么@所有人", "输入 `@` 再选名字；`@所有人` 是房间里的每个人，`@在线` 是现"),
    ("how do I send files?", "Press the paperclip beside the field"),
    ("怎么发图片", "点输入框旁的回形针，把文件拖进房间，或直接粘贴图片。一条消息最多十个文件"),
    ("怎么发语音", "点输入框旁的麦克风，说完后发送。浏览器会先问是否允许使用麦克风。"),
    ("how do I insert an emoji", "Press the emoji button or Ctrl ; — o"),
    ("how do I block somebody", "Open the profile and choose **Block*"),
    ("怎么拉黑别人", "打开对方的资料，选**屏蔽**：不再收到对方的私聊、邀请和申请，对方不会"),
    ("how do I report a message", "In the tools of a message choose **R"),
    ("怎么禁言", "房主和管理员可以在**成员**里点名字旁的菜单：禁言一小时、移出房间、封"),
    ("how do I ban someone", "Owners and moderators open the menu "),
    ("how do I sign out on other devices", "**Settings → Devices** shows where y"),
    ("怎么退出登录", "**设置 → 设备**列出你登录的设备，可以退出其中一台或其他所有设备。"),
    ("how do I delete my account?", "**Settings → Privacy → Delete accoun"),
    ("怎么注销账号", "**设置 → 隐私 → 注销账号**。注销后无法恢复：你的名字、头像和成"),
    ("how do I add a contact", "**People** in the list finds everybo"),
    ("怎么加好友", "列表里的**找人**可以按名字的任意部分查找；在对方资料里点**加为联系"),
    ("how do I appear invisible", "Open your menu (your picture) and ch"),
    ("how do I install the app", "**Settings → Notifications → As an a"),
    ("手机上有客户端吗", "**设置 → 通知 → 安装为应用**，聊天就有自己的窗口和图标。iPh"),
    ("how do I make the text bigger", "**Settings → Appearance**: text size"),
    ("how do I mark everything as read", "Shift Esc marks everything as read; "),
    ("are messages encrypted?", "Messages are not end-to-end encrypte"),
    ("消息加密吗", "消息没有端到端加密：管理服务器的人可以在数据库里看到。除此之外，只有房间"),
    ("怎么安装", "**设置 → 通知 → 安装为应用**，聊天就有自己的窗口和图标。iPh"),
    ("访客是什么", "如果这个服务器允许访客，从登录页就可以进来，不需要账号。以后可以注册成正"),
    ("怎么跳转", "按 Ctrl K，再输入房间、成员或页面名字的一部分。`#` 只看房间，"),
    ("room settings", "In the room's panel under **Info**: "),
    ("怎么生成邀请链接", "在房间里：侧栏 → **房间信息 → 邀请成员 → 邀请链接**。有权邀"),
    ("how to invite someone", "Open the room, then its panel, **Inf"),
    ("invite link", "In a room: panel → **Info → Invite p"),
    ("how do i leave a group", "In the room's panel: **Info → Leave*"),
    ("how to change my name", "**Settings → Profile**: your picture"),
    ("how do I change my display name", "**Settings → Profile**: your picture"),
    ("how do I upload a picture", "Press the paperclip beside the field"),
    ("how to send a voice message", "Press the microphone beside the fiel"),
    ("can I edit a sent message?", "**Edit** and **Delete** are in the t"),
    ("can I delete messages", "**Edit** and **Delete** are in the t"),
    ("how do I search for old messages", "Press Ctrl Shift F, or the magnifier"),
    ("is there a dark theme", "**Settings → Appearance → Theme**: l"),
    ("is there a mobile app", "**Settings → Notifications → As an a"),
    ("how do I pin a message", "**Pin** is in the tools of a message"),
    ("what shortcuts are there", "Ctrl / lists them all. The most usef"),
    ("怎么创建私密房间", "在列表的**房间**旁点**+**。公开房间这里的人都能找到并加入；私密"),
    ("怎么加入房间", "列表里的**浏览房间**列出所有公开房间，打开后点**加入**。私密房间"),
    ("如何修改用户名", "**设置 → 个人资料**：头像、显示名和简介。用户名（@ 后面的）不能"),
    ("怎么设置头像", "**设置 → 个人资料**：头像、显示名和简介。用户名（@ 后面的）不能"),
    ("怎么删除消息", "在自己消息的操作里选**修改**或**删除**（按键 E 和 Del）；"),
    ("可以编辑消息吗", "在自己消息的操作里选**修改**或**删除**（按键 E 和 Del）；"),
    ("有夜间模式吗", "**设置 → 外观 → 主题**：浅色、深色或跟随系统。"),
    ("怎么找以前的消息", "按 Ctrl Shift F，或点放大镜。汉字出现在哪里都能找到；英文词"),
    ("怎么屏蔽一个人", "打开对方的资料，选**屏蔽**：不再收到对方的私聊、邀请和申请，对方不会"),
    ("消息能撤回吗", "在自己消息的操作里选**修改**或**删除**（按键 E 和 Del）；"),
    ("怎么@别人", "输入 `@` 再选名字；`@所有人` 是房间里的每个人，`@在线` 是现"),
    ("支持markdown吗", "`**粗体**`、`*斜体*`、`~~删除线~~`、`||遮住||`、`"),
    ("怎么加粗", "`**粗体**`、`*斜体*`、`~~删除线~~`、`||遮住||`、`"),
    ("怎么用代码块", "`**粗体**`、`*斜体*`、`~~删除线~~`、`||遮住||`、`"),
    ("收不到通知怎么办", "在每台设备上打开**设置 → 通知 → 开启通知**；那里还可以选择是否"),
    ("为什么没有通知", "在每台设备上打开**设置 → 通知 → 开启通知**；那里还可以选择是否"),
    ("怎么让手机收到通知", "在每台设备上打开**设置 → 通知 → 开启通知**；那里还可以选择是否"),
    ("how do I stop notifications", "**Settings → Notifications → Turn on"),
    ("怎么静音", "房间顶部的铃铛决定它怎么提醒你：所有消息、仅提到我时、不通知，也可以静音"),
    ("群主怎么踢人", "房主和管理员可以在**成员**里点名字旁的菜单：禁言一小时、移出房间、封"),
    ("how do I make someone a moderator", "Owners and moderators open the menu "),
    ("what is slow mode", "In the room's panel under **Info**: "),
    ("who can see my messages", "Messages are not end-to-end encrypte"),
    ("数据怎么导出", "**设置 → 隐私 → 我的数据**可以把服务器保存的关于你的一切存成一"),
    ("账号怎么删除", "**设置 → 隐私 → 注销账号**。注销后无法恢复：你的名字、头像和成"),
    ("how do I log out", "**Settings → Devices** shows where y"),
    ("怎么换语言", "**设置 → 语言**：中文或英文。消息内容保持原文；你用什么语言问，我"),
    ("how to use bots", "A program signs in with a token: **S"),
    ("有API吗", "程序用令牌登录：**设置 → API 令牌**。HTTP 接口说明在 `"),
    ("你能做什么", "我会：\n- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`"),
    ("你会做什么", "我会：\n- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`"),
    ("你有什么功能", "我会：\n- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`"),
    ("help me", "I can:\n- tell how the chat works: `h"),
    ("what are your commands", "I can:\n- tell how the chat works: `h"),
    ("can you help me?", "I can:\n- tell how the chat works: `h"),
)


LOCALES = Path(__file__).parent.parent.parent / "frontend" / "src" / "locales"


def labels(language: str) -> set[str]:
    """Every text of the interface in this language."""
    found: set[str] = set()

    def add(tree: dict[str, object]) -> None:
        for value in tree.values():
            if isinstance(value, dict):
                add(value)
            else:
                found.add(str(value))

    for path in LOCALES.rglob(f"{language}.json"):
        add(json.loads(path.read_text(encoding="utf-8")))
    return found


class Help(Asking):
    def test_rows(self) -> None:
        """Questions about the chat, as they are asked."""
        self.compare("help", ROWS)

    def test_names(self) -> None:
        """What a topic is called finds it, alone and behind `help`, unless an earlier one has the name."""
        for text, expected in (
            ("search", "Press Ctrl Shift F"),
            ("help search", "Press Ctrl Shift F"),
            ("help with threads", "In the tools"),
            ("搜索", "按 Ctrl Shift F"),
            ("通知怎么用", "在每台设备上"),
            ("Markdown", "`**bold**`"),
            ("@all", "Type `@`"),
        ):
            self.assertEqual(self.answer(text).text[: len(expected)], expected, text)

    def test_labels(self) -> None:
        """What an answer calls a part of the interface is what stands there."""
        for code, answers in (("en", [topic.en for topic in TOPICS]), ("zh-CN", [topic.zh for topic in TOPICS])):
            known = labels(code) | {"+"}
            for text in answers:
                for label in re.findall(r"\*\*([^*]+)\*\*", re.sub("`[^`]+`", "", text)):
                    for part in label.split(" → "):
                        self.assertIn(part, known, text)

    def test_both_languages(self) -> None:
        """Every topic is found in Chinese and in English."""
        for topic in TOPICS:
            for patterns in (topic.names.pattern, topic.found_by.pattern):
                self.assertRegex(patterns, "[a-z]{3}")
                self.assertRegex(patterns, "[\u4e00-\u9fff]")

    def test_not_asked(self) -> None:
        """The same words in talk about something else are no question about the chat."""
        for text in (
            "the search party found him",
            "there is no room for dessert",
            "how do I make pasta",
            "my keyboard is broken",
            "房间太小了",
            "文件在桌子上",
            "怎么做红烧肉",
            "这个主题很有意思",
            "how many people came",
        ):
            self.assertIsNone(guide(asked(text)), text)
