"""Messages of many kinds, and for each of many searches exactly those that hold what is looked for."""

from __future__ import annotations

LONG = "开" + "很长的文字，" * 1_600 + "结尾在这里 thelongend"
"""Nearly as long as a message may be; it says one sign more often than an index keeps the places of."""
ECHO = "好坏 " * 300 + "好好"

MESSAGES = (
    "今天下午三点开会",  # 1
    "会议记录已经上传，请大家查看",  # 2
    "明天的會議記錄在哪裡？",  # 3: traditional signs
    "大会议程：先讨论预算",  # 4: 会议 across two words
    "我们议会见",  # 5: 议会, not 会议
    "这个AI助手真好用",  # 6
    "用 AI 助手写的周报",  # 7
    "ＡＩ助手（全角）",  # 8
    "中国国家图书馆",  # 9: overlapping: 中国, 国国, 国家
    "国中国小",  # 10
    "你好，世界！Hello, World!",  # 11
    "hello world",  # 12
    "HELLO THERE",  # 13
    "Say hello to the world",  # 14
    "Café au lait, naïve résumé",  # 15
    "cafe without accents",  # 16
    "def snake_case(self): return foo.bar",  # 17
    "snake case in words",  # 18
    "https://example.org/docs/search?q=tea#top",  # 19
    "see example docs",  # 20
    "🎉 发布了 v2.0.1 🎉",  # 21
    "👩‍💻 works on it",  # 22
    "deploy deployed deployment",  # 23
    "redeploy tomorrow",  # 24
    '100% sure; C++ & C#, it\'s "quoted" \\ back_slash % under_',  # 25
    LONG,  # 26
    ECHO,  # 27
    "カタカナと ｶﾀｶﾅ とひらがな",  # 28
    "한국어로 검색하기",  # 29
    "ค้นหาข้อความ",  # 30
    "Straße nach Москва, Ёлка",  # 31
    "臺灣台湾",  # 32
    "三",  # 33
    "NULL AND OR NOT NEAR(x) * \" ( : ^ - '",  # 34
    "e\u0301te\u0301 in combining marks",  # 35
    "下午茶 afternoon tea 三點",  # 36
)

SEARCHES: dict[str, tuple[int, ...]] = {
    # One to four signs.
    "会": (1, 2, 4, 5),
    "會": (3,),
    "会议": (2, 4),
    "會議": (3,),
    "议会": (5,),
    "会议记录": (2,),
    "會議記錄": (3,),
    "大会": (4,),
    "议程": (4,),
    "三": (1, 33, 36),
    "三点": (1,),
    "三點": (36,),
    "下午": (1, 36),
    "下午三点": (1,),
    "下午 三点": (1,),
    "三点 下午": (1,),
    "今天 会议": (),
    "中国": (9, 10),
    "国家": (9,),
    "国国": (9,),
    "中国国家": (9,),
    "国中": (10,),
    "家国": (),
    "臺灣": (32,),
    "台湾": (32,),
    "湾台": (),
    "灣台": (32,),
    # Chinese and Latin together.
    "AI": (6, 7, 8),
    "ai助手": (6, 7, 8),
    "AI 助手": (6, 7, 8),
    "助手AI": (),
    "这个ai": (6,),
    "ＡＩ": (6, 7, 8),
    "茶 tea": (36,),
    # Words, phrases, case, punctuation, accents.
    "hello": (11, 12, 13, 14),
    "Hello World": (11, 12, 14),
    '"hello world"': (11, 12),
    "“hello world”": (11, 12),
    '"world hello"': (),
    "hell": (),
    "hell*": (11, 12, 13, 14),
    "hell＊": (11, 12, 13, 14),
    "世界 hello": (11,),
    "你好世界": (11,),
    "cafe": (15, 16),
    "CAFÉ": (15, 16),
    "resume": (15,),
    "été": (35,),
    "ete": (35,),
    "strasse": (31,),
    "москва": (31,),
    "елка": (31,),
    # Code and addresses.
    "snake_case": (17, 18),
    "snake case": (17, 18),
    "case_snake": (),
    "foo.bar": (17,),
    "bar": (17,),
    "example.org": (19,),
    "example": (19, 20),
    "docs/search": (19,),
    "https://example.org/docs/search?q=tea#top": (19,),
    "tea": (19, 36),
    "v2.0.1": (21,),
    "2.0": (),
    "v2": (21,),
    "deploy": (23,),
    "deploy*": (23,),
    "deployment": (23,),
    "dep*": (23,),
    "redeploy": (24,),
    # Emoji.
    "🎉": (21,),
    "👩‍💻": (22,),
    "💻": (22,),
    "🎉发布": (21,),
    # What means something to an engine means nothing here.
    "%": (),
    "_": (),
    "100%": (25,),
    "C++": (25,),
    "c#": (25,),
    '"quoted"': (25,),
    "it's": (25,),
    "back\\slash": (25,),
    "NOT": (34,),
    "NEAR(x)": (34,),
    "null and": (34,),
    "or": (34,),
    "words:hello": (),
    "' OR 1=1 --": (),
    "hello & world": (11, 12, 14),
    "!hello": (11, 12, 13, 14),
    "hello:*": (11, 12, 13, 14),
    # Long ones.
    "很长": (26,),
    "长的文字很长": (26,),
    "长很": (),
    "结尾在这里": (26,),
    "thelongend": (26,),
    "开很长": (26,),
    "好好": (27,),
    "坏好好": (27,),
    "坏坏": (),
    "好坏好": (27,),
    # Other scripts.
    "カタカナ": (28,),
    "ｶﾀｶﾅ": (28,),
    "かな": (),
    "がな": (28,),
    "검색": (29,),
    "국어": (29,),
    "ข้อความ": (30,),
    "หาข้อ": (30,),
}
