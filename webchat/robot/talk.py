"""Small talk, and what is said where nothing is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webchat.robot.asking import Answer, Asked, echo

TALK_LIMIT = 60
"""The longest saying that may be small talk."""

Sayings = tuple[re.Pattern[str], Sequence[str], Sequence[str]]


def _sayings(pattern: str, en: Sequence[str], zh: Sequence[str]) -> Sayings:
    return re.compile(pattern, re.IGNORECASE), en, zh


# What was said as a whole, and what is answered to it; {name} is who said it, {me} the robot, {place} the server.
TALK: tuple[Sayings, ...] = (
    _sayings(
        r"(?:hi|hello|hey|hiya|howdy|yo|greetings)(?: (?:there|you|all|everyone|robot|bot|friend))?|good (?:day|evening|afternoon)|hi hi|(?:你|您)(?:们)?好|哈[喽啰罗]|嗨|嘿|在(?:吗|么|不在|不)?|有人(?:吗|在吗)?|大家好|下午好|晚上好|hello|哈哈你好",
        ("Hello, {name}! What can I do for you?", "Hi {name}! I am here.", "Hello! Ask me anything about the chat, or let me remind you of something."),
        ("{name}，你好！有什么可以帮你？", "你好呀，{name}！我在。", "你好！可以问我怎么用这里，也可以让我提醒你做事。"),
    ),
    _sayings(
        r"good morning|morning|早上好|早安|早啊?|上午好",
        ("Good morning, {name}! May it be a good day.", "Good morning! Shall I remind you of anything today?"),
        ("{name}，早上好！祝你今天顺利。", "早！今天有什么要我提醒的吗？"),
    ),
    _sayings(
        r"(?:good ?night|night|nighty night|sleep (?:well|tight))(?: everyone| all)?|晚安|睡了|我(?:要|先|去)睡觉?了|好梦",
        ("Good night, {name}. Sleep well.", "Good night! Your reminders are safe with me."),
        ("{name}，晚安，好梦。", "晚安！提醒的事交给我。"),
    ),
    _sayings(
        r"(?:bye|goodbye|bye bye|see you(?: later| tomorrow| soon)?|see ya|farewell|cya|take care|later)|再见|拜拜|回头见|回见|明天见|下次见|我走了|先走了|88",
        ("Goodbye, {name}!", "See you! I will be here."),
        ("再见，{name}！", "回头见，我一直在。"),
    ),
    _sayings(
        r"(?:thanks|thank you|thx|ty|cheers|many thanks|thanks a lot|thank you (?:so|very) much|much appreciated)(?: (?:a lot|so much|very much|robot|friend|for (?:your|the) help))?|(?:非常|太|多|十分)?感?谢谢?(?:你|您|啦|了|大家)?(?:的帮助|啦|了)?|多谢|辛苦(?:了|你了)|太感谢了",
        ("You are welcome, {name}!", "Gladly.", "Any time."),
        ("不客气，{name}！", "很高兴帮到你。", "应该的。"),
    ),
    _sayings(
        r"who are you|what are you|what(?:'s| is) your name|introduce yourself|are you (?:a )?(?:robot|bot|human|real|an? ai|person|machine|alive|chatgpt|man|woman)|(?:你|您)是(?:谁|什么|啥|什么人|哪位|什么东西|机器人|真人|人|ai|人工智能|男的?(?:还是女的)?|女的)|你叫(?:什么|啥)(?:名字)?|(?:做个|介绍一下|自我介绍)(?:你)?自?己?|你的?名字(?:是什么|叫什么)?",
        ("I am {me}, the robot of {place}: a program with rules, no person, and I look nothing up. Say “help” to see what I can do.",),
        ("我是{me}，{place}的机器人：一个按规则回答的程序，不是真人，也不联网。说“帮助”看看我会什么。",),
    ),
    _sayings(
        r"how are you(?: (?:doing|today))?|how(?:'s| is) it going|what(?:'s| is) up|sup|how do you do|你好吗|你还好吗|最近(?:好吗|怎么样|如何)|你(?:今天)?(?:怎么样|过得怎么样|开心|高兴|还好)|(?:在)?(?:干嘛|干什么|忙什么)呢?|你在(?:干嘛|做什么|干什么|忙什么|吗|不在)",
        ("All my gears turn. And you, {name}?", "Very well, as far as a program can tell. What can I do for you?"),
        ("一切正常！{name}，你呢？", "我很好，程序能有多好就有多好。有什么可以帮你？"),
    ),
    _sayings(
        r"how old are you|when (?:were you born|is your birthday)|你(?:今年)?(?:多大|几岁)(?:了)?|你的?生日(?:是什么时候|是哪天|是几号)?",
        ("A program has versions instead of birthdays: mine is {version}.",),
        ("程序没有岁数，只有版本号：我是 {version}。",),
    ),
    _sayings(
        r"where (?:are you|do you live)(?: from)?|你(?:住|在)(?:在)?(?:哪|哪里|哪儿)(?:人)?|你家在哪里?|你从哪里?来(?:的)?",
        ("I live on the machine of {place}, and never leave it.",),
        ("我住在{place}的服务器里，从不出门。",),
    ),
    _sayings(
        r"who (?:made|created|built|wrote|programmed) you|谁(?:做|造|写|创造|开发|发明)(?:了|的)?你(?:的)?|你是谁(?:做|写|造|开发)的",
        ("The authors of webchat wrote me, and the people of {place} gave me a home.",),
        ("我是 webchat 的作者们写的，{place}的人给了我一个家。",),
    ),
    _sayings(
        r"(?:tell (?:me )?|do you know |give me |say )?(?:a(?:nother)?|any|one more|some)? ?(?:good |funny )?jokes?|make me laugh|another one|(?:给我|来|再)?(?:讲|说|来)?(?:一?个|点)?(?:笑话|段子)(?:听听|吧|来听听)?|讲个笑话给我听|逗我笑|你会讲笑话",
        (
            "Why do robots like trees? So many logs to read.",
            "I told the server a joke about UDP. I am not sure it got it.",
            "There are 10 kinds of people: those who count in binary, and those who do not.",
            "My favourite room is the archive. Nobody interrupts me there.",
            "A message walks into a bar. The bar says: sent, delivered, read — and still no answer.",
        ),
        (
            "机器人为什么喜欢森林？因为日志（log）多。",
            "我给服务器讲了一个 UDP 的笑话，不知道它收到没有。",
            "世界上有 10 种人：懂二进制的，和不懂二进制的。",
            "问：程序员为什么总分不清万圣节和圣诞节？答：因为 Oct 31 等于 Dec 25。",
            "一条消息走进酒吧，酒保说：已发送、已送达、已读——就是没人回。",
        ),
    ),
    _sayings(
        r"(?:you(?:'re| are) |that(?:'s| is) |that was )?(?:so |very |really )?(?:great|good|nice|awesome|amazing|cool|clever|smart|cute|wonderful|brilliant|helpful|the best|funny)(?: (?:robot|bot|job|work|one))?|well done|good (?:bot|robot|job)|nice one|(?:i )?(?:love|like) you|i love this|(?:你|您)?(?:真|好|太|很|最)(?:棒|好|厉害|聪明|可爱|牛|赞|有用|不错|强|有意思|贴心)了?|(?:干|做)得(?:好|漂亮|不错)|(?:我)?(?:爱|喜欢)你|厉害|不错|棒|赞|牛|好样的",
        ("Thank you, {name}! That warms my circuits.", "That is kind of you.", "Thank you. I try."),
        ("谢谢{name}！电路都暖了。", "过奖啦。", "谢谢夸奖，我会继续努力。"),
    ),
    _sayings(
        r"(?:you(?:'re| are) |that(?:'s| is) )?(?:so |very |really |such an? )?(?:stupid|dumb|useless|bad|terrible|an? idiot|annoying|wrong|boring|rubbish|crap|awful|idiot)(?: (?:robot|bot|thing))?|(?:bad|stupid|dumb) (?:bot|robot)|(?:i )?hate you|shut up|go away|你?(?:真|好|太|很|是个?)?(?:笨|蠢|傻|烂|没用|讨厌|烦|差劲?|垃圾|笨蛋|傻瓜|无聊|白痴|废物)(?:了|死了|机器人)?|(?:我)?(?:讨厌|恨)你|闭嘴|滚(?:开|蛋)?|走开|你错了|不对",
        ("I am sorry. I know only a few things; say “help”, and you see which.", "Sorry that I was no help. How did you put it? Perhaps fewer words will do."),
        ("对不起。我会的不多，说“帮助”可以看到。", "抱歉没帮上忙。换个简单点的说法，我再试试。"),
    ),
    _sayings(
        r"(?:i am|i'm|im) (?:so |very |really |a bit )?(?:sad|tired|lonely|bored|stressed|exhausted|unhappy|down|depressed|sick|ill)(?: today| now)?|i feel (?:sad|bad|lonely|down|awful|terrible)|我?(?:今天|现在)?(?:好|很|有点|太|真|非常)?(?:累|难过|伤心|无聊|孤独|寂寞|烦|郁闷|不开心|压力大|难受|生病|疲惫)(?:了|啊|死了)?|心情不好",
        ("I am sorry to hear that, {name}. A break, some water, and somebody to talk to help more than a robot can.", "That sounds hard. I am only a program; is there a friend here you could write to?"),
        ("听到这个我很难过，{name}。休息一下，喝点水，找个人聊聊，比机器人管用。", "辛苦了。我只是个程序，要不要找这里的朋友说说话？"),
    ),
    _sayings(
        r"(?:i am|i'm|im) (?:so |very |really )?(?:happy|glad|excited)(?: today| now)?|我?(?:今天|现在)?(?:好|很|太|真|非常)(?:开心|高兴|快乐|兴奋)(?:了)?",
        ("That is good to hear, {name}!", "How nice!"),
        ("真好，{name}！", "太好了，替你高兴。"),
    ),
    _sayings(
        r"ok(?:ay)?|alright|all right|fine|got it|i see|understood|good to know|sure|yes|yep|yeah|no|nope|好的?|行|嗯+|知道了|明白了?|收到|了解|懂了|可以|没问题|是的?|对|不是|不用了?|没有|没事了?|哦+|噢",
        ("👍", "All right."),
        ("👍", "好的。"),
    ),
    _sayings(
        r"(?:ha)+h?|(?:he){2,}|lol|rofl|lmao|哈+|呵呵+|嘿嘿+|嘻嘻+|233+|笑死(?:我了)?",
        ("😄", "Glad you laugh!"),
        ("😄", "你开心就好！"),
    ),
    _sayings(
        r"sorry|my bad|(?:i )?apologi[sz]e|对不起|抱歉|不好意思",
        ("No harm done.", "It is all right, {name}."),
        ("没关系。", "没事的，{name}。"),
    ),
    _sayings(
        r"happy birthday|merry christmas|happy new year|happy (?:easter|halloween|holidays)|生日快乐|新年快乐|圣诞快乐|节日快乐|恭喜发财|春节快乐|中秋快乐|国庆快乐|过年好",
        ("Thank you, {name}, and the same to you!",),
        ("谢谢{name}，也祝你快乐！",),
    ),
    _sayings(
        r"welcome(?: back)?|欢迎(?:你|回来)?|你?回来(?:了|啦)",
        ("Thank you! It is good to be here.",), ("谢谢！很高兴在这里。",),
    ),
    _sayings(
        r"what(?:'s| is) my name|who am i|do you know (?:me|my name|who i am)|我(?:叫什么|是谁)(?:名字)?|我的?名字(?:是什么|叫什么)|你(?:认识|知道)我(?:是谁|吗)?",
        ("Here you are called {name}. More I do not know of you.",),
        ("这里大家叫你{name}，别的我就不知道了。",),
    ),
    _sayings(
        r"sing(?: me)?(?: a song)?|can you sing|唱(?:一?首|个)?歌(?:吧|听)?|给我唱(?:一?首|个)?歌",
        ("🎵 Da-di-dum. That is all my loudspeaker gives.",), ("🎵 哒嘀哒——我就会这三个音。",),
    ),
    _sayings(
        r"(?:what(?:'s| is) )?(?:the )?(?:weather|news)(?: like)?(?: (?:today|tomorrow|in [a-z ]{2,20}|forecast))?|(?:how(?:'s| is) the weather)(?: today| tomorrow)?|(?:今天|明天|现在|今日|[\u4e00-\u9fff]{2,4}(?:今天|明天)?)?的?天气(?:怎么样|如何|预报|好吗)?|(?:今天|最近)?(?:有什么)?新闻(?:吗)?",
        ("I look nothing up on the internet, so I know neither weather nor news. Time, sums and reminders I can do.",),
        ("我不联网，天气和新闻都不知道。报时、计算、提醒我都会。",),
    ),
    _sayings(
        r"(?:are you )?(?:listening|there|awake|alive|ready|working)|ping|test(?:ing)?|can you (?:hear|read|see) me|测试(?:一下)?|醒(?:醒|着)|听得到|能(?:看|听)到我(?:说话)?",
        ("I am here.", "Yes, I read you."),
        ("我在。", "收到，我在听。"),
    ),
)  # fmt: skip

_OFFERS = (
    ("how do I invite people", "怎么邀请朋友"), ("search syntax", "搜索语法"), ("shortcuts", "快捷键"),
    ("remind me in 20 minutes to call Anna", "20分钟后提醒我关火"), ("remind me tomorrow at 9 to water the plants", "明天早上9点提醒我开会"),
    ("what time is it in Tokyo", "东京现在几点"), ("days until 2027-01-01", "距离元旦还有几天"), ("15% of 80", "80的15%"),
    ("3 miles in km", "3英里是多少公里"), ("roll 2d6+1", "掷骰子"), ("flip a coin", "抛硬币"), ("choose tea, coffee or water", "吃面还是吃饭"),
)  # fmt: skip
SUGGESTIONS = 3


def chat(asked: Asked) -> Answer | None:
    """The answer to small talk; None where something else was said."""
    if not 0 < len(asked.plain) <= TALK_LIMIT:
        return None
    for pattern, en, zh in TALK:
        if pattern.fullmatch(asked.plain):
            return Answer(_filled(asked, asked.pick(zh if asked.language == "zh" else en)), "talk")
    return None


def _filled(asked: Asked, saying: str) -> str:
    facts = asked.facts
    name = echo(asked.question.speaker, 40) or asked.say("friend", "朋友")
    return saying.format(name=name, me=echo(facts.names[0]), place=echo(facts.title), version=echo(facts.version))


def admit(asked: Asked) -> Answer:
    """That nothing is known, and three things that are."""
    offers = list(_OFFERS)
    lines = []
    for _ in range(SUGGESTIONS):
        en, zh = offers.pop(asked.chance(len(offers)))
        lines.append(f"- `{asked.say(en, zh)}`")
    head = asked.say(
        "I do not know what to say to that: I am a program that knows only a few things. For example:",
        "这个我不会：我是个程序，会的不多。可以试试：",
    )
    tail = asked.say("“help” shows all of it.", "说“帮助”可以看到全部。")
    return Answer("\n".join([head, *lines, "", tail]), "unknown")
