"""Units of length, mass, area, volume, speed, temperature, data and others, turned into each other."""

from __future__ import annotations

import re
from fractions import Fraction

import attrs

from webchat.robot.asking import Answer, Asked
from webchat.robot.numerals import CHINESE, ENGLISH, number
from webchat.robot.phrases import any_of
from webchat.robot.sums import written

DIGITS = 6
"""How many digits of a result are told that does not end."""


@attrs.frozen
class Unit:
    """*size* of it is one of the base unit of its kind; a temperature is *size* × value + *shift* in kelvin."""

    kind: str
    size: Fraction
    en: str
    zh: str
    shift: Fraction = Fraction(0)


# Of each unit: its size | what it is called in English | in Chinese | other names, exactly so where they hold capitals.
_TABLE = """
length
1/1000 | mm | 毫米 | millimetre millimetres millimeter millimeters
1/100 | cm | 厘米 | centimetre centimetres centimeter centimeters 公分
1/10 | dm | 分米 | decimetre decimetres decimeter decimeters
1 | m | 米 | metre metres meter meters 公尺
1000 | km | 公里 | kilometre kilometres kilometer kilometers kms 千米
1/1000000 | µm | 微米 | um micrometre micrometres micron microns
1/1000000000 | nm | 纳米 | nanometre nanometres nanometer nanometers
0.0254 | in | 英寸 | inch inches " ″ 吋
0.3048 | ft | 英尺 | foot feet ' ′ 呎
0.9144 | yd | 码 | yard yards
1609.344 | mi | 英里 | mile miles 哩
1852 | nmi | 海里 | nautical_mile nautical_miles 浬
1/30 | cun | 寸 | 市寸
1/3 | chi | 尺 | 市尺
10/3 | zhang | 丈 | 市丈
500 | li | 里 | 市里 华里
9460730472580800 | light years | 光年 | light_year lightyear lightyears ly
149597870700 | AU | 天文单位 | au astronomical_units
mass
1/1000000 | mg | 毫克 | milligram milligrams
1/1000 | g | 克 | gram grams gramme grammes
1 | kg | 公斤 | kilo kilos kilogram kilograms kilogramme kilogrammes kgs 千克
1000 | t | 吨 | tonne tonnes metric_ton metric_tons ton tons 公吨
0.45359237 | lb | 磅 | lbs pound pounds
0.028349523125 | oz | 盎司 | ounce ounces
6.35029318 | st | 英石 | stone stones
0.5 | jin | 斤 | 市斤 catty catties
0.05 | liang | 两 | 市两
0.005 | qian | 钱 |
50 | dan | 担 | 市担
0.0002 | ct | 克拉 | carat carats
area
1/10000 | cm² | 平方厘米 | cm2 cm^2 sq_cm square_centimetres square_centimeters
1 | m² | 平方米 | m2 m^2 sq_m sqm square_metre square_metres square_meter square_meters 平米 ㎡ 平
1000000 | km² | 平方公里 | km2 km^2 sq_km square_kilometre square_kilometres square_kilometer square_kilometers 平方千米
10000 | ha | 公顷 | hectare hectares
100 | a | 公亩 | are ares
4046.8564224 | acres | 英亩 | acre
0.09290304 | ft² | 平方英尺 | ft2 ft^2 sq_ft sqft square_foot square_feet
2589988.110336 | mi² | 平方英里 | mi2 square_mile square_miles sq_mi
2000/3 | mu | 亩 | 市亩
200000/3 | qing | 顷 | 市顷
20/3 | fen of land | 分地 |
volume
1/1000 | ml | 毫升 | mL millilitre millilitres milliliter milliliters cc cm3 立方厘米
1/100 | cl | 厘升 | cL centilitre centilitres
1 | l | 升 | L litre litres liter liters 公升 立方分米
1000 | m³ | 立方米 | m3 m^3 cubic_metre cubic_metres cubic_meter cubic_meters 方
3.785411784 | US gal | 加仑 | gal gallon gallons us_gallon us_gallons 美制加仑
4.54609 | imperial gal | 英制加仑 | imperial_gallon imperial_gallons
0.473176473 | US pints | 品脱 | pint pints pt
0.946352946 | US quarts | 夸脱 | quart quarts qt
0.2365882365 | US cups | 杯 | cup cups
0.0295735295625 | US fl oz | 液体盎司 | fl_oz fluid_ounce fluid_ounces
0.01478676478125 | tbsp | 汤匙 | tablespoon tablespoons
0.00492892159375 | tsp | 茶匙 | teaspoon teaspoons
speed
1 | m/s | 米/秒 | mps metres_per_second meters_per_second 米每秒
1/3.6 | km/h | 公里/小时 | kmh kph kilometres_per_hour kilometers_per_hour 公里每小时 千米每小时 千米/小时 公里/时
0.44704 | mph | 英里/小时 | miles_per_hour mi/h 英里每小时
1852/3600 | knots | 节 | knot kn kt
data
1/8 | bit | 比特 | bits 位
1 | B | 字节 | byte bytes
1000 | kB | kB | 千字节 KB kb kilobyte kilobytes
1000000 | MB | MB | 兆字节 mb megabyte megabytes 兆
1000000000 | GB | GB | 吉字节 gb gigabyte gigabytes gigs
1000000000000 | TB | TB | 太字节 tb terabyte terabytes
1000000000000000 | PB | PB | 拍字节 pb petabyte petabytes
1024 | KiB | KiB | kib kibibytes
1048576 | MiB | MiB | mib mebibytes
1073741824 | GiB | GiB | gib gibibytes
1099511627776 | TiB | TiB | tib tebibytes
125 | kbit | kbit | 千比特 Kb kilobit kilobits kbits
125000 | Mbit | Mbit | 兆比特 Mb megabit megabits mbit mbits
125000000 | Gbit | Gbit | 吉比特 Gb gigabit gigabits gbit gbits
time
1/1000 | ms | 毫秒 | millisecond milliseconds
1 | s | 秒 | sec secs second seconds 秒钟
60 | min | 分钟 | mins minute minutes
3600 | h | 小时 | hr hrs hour hours 个小时 钟头 个钟头
86400 | days | 天 | day d
604800 | weeks | 周 | week 星期 个星期
31557600 | yr (365.25 days) | 年（按 365.25 天） | year years 年
energy
1 | J | 焦耳 | joule joules 焦
1000 | kJ | 千焦 | kj kilojoule kilojoules
4184 | kcal | 千卡 | kilocalorie kilocalories 大卡
4.184 | cal | 卡路里 | calorie calories 卡
3600000 | kWh | 千瓦时 | kwh kilowatt_hour kilowatt_hours 度电
pressure
1 | Pa | 帕 | pascal pascals 帕斯卡
1000 | kPa | 千帕 | kpa
100000 | bar | 巴 |
101325 | atm | 标准大气压 | atmosphere atmospheres 大气压
6894.757293168 | psi | psi |
power
1 | W | 瓦 | watt watts 瓦特
1000 | kW | 千瓦 | kw kilowatt kilowatts
735.49875 | PS | 马力 | horsepower hp ps
angle
1 | ° | 度 | degree degrees deg
57.29577951308232 | rad | 弧度 | radian radians
"""
_TEMPERATURES = (
    (
        Unit("temperature", Fraction(1), "°C", "℃", Fraction("273.15")),
        "°c ℃ c celsius centigrade degrees_celsius degrees_centigrade degrees_c 摄氏度 摄氏 度",
    ),
    (
        Unit("temperature", Fraction(5, 9), "°F", "℉", Fraction("459.67") * Fraction(5, 9)),
        "°f ℉ f fahrenheit degrees_fahrenheit degrees_f 华氏度 华氏",
    ),
    (Unit("temperature", Fraction(1), "K", "K"), "k kelvin kelvins 开尔文 开"),
)
_MONEY = any_of(
    r"(?:us ?)?dollars?", r"usd", r"euros?", r"eur", r"pounds? sterling", r"gbp", r"yen", r"jpy", r"yuan", r"rmb",
    r"cny", r"hkd", r"won", r"rupees?", r"bitcoins?", r"[$€£¥]", r"美元", r"美金", r"欧元", r"英镑", r"日元", r"日币",
    r"人民币", r"港币", r"港元", r"韩元", r"台币", r"卢布", r"比特币", r"元", r"块钱?",
)  # fmt: skip


def _size(text: str) -> Fraction:
    top, _, bottom = text.strip().partition("/")
    return Fraction(top) / Fraction(bottom or 1)


def _units() -> dict[str, list[Unit]]:
    """What each name may mean: 度 is of angle and of temperature, and what it is turned into tells which."""
    found: dict[str, list[Unit]] = {}
    kind = ""
    for line in _TABLE.strip().splitlines():
        if "|" not in line:
            kind = line
            continue
        size, en, zh, others = (part.strip() for part in line.split("|"))
        unit = Unit(kind, _size(size), en, zh)
        for name in {en, zh, *others.split()}:
            found.setdefault(name.replace("_", " "), []).append(unit)
    for unit, names in _TEMPERATURES:
        for name in names.split():
            found.setdefault(name.replace("_", " "), []).append(unit)
    return found


_UNITS = _units()
_LOWER: dict[str, list[Unit]] = {}
for _called_so, _meant in _UNITS.items():
    _LOWER.setdefault(_called_so.lower(), _UNITS.get(_called_so.lower(), _meant))

_AMOUNT = re.compile(
    rf"\s*(?P<n>[+-]?(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,18}})(?:\.[0-9]{{1,12}})?(?:万|亿)?|"
    rf"{CHINESE}{{1,12}}|半|{ENGLISH}\b|an?\b|half an?\b)\s*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:convert|what(?:'s| is| are)|how (?:much|long|far|heavy|many) (?:is|are)|换算|转换|把|将)\s*", re.IGNORECASE
)
_HOW_MANY = re.compile(
    r"how many (?P<to>.{1,30}?) (?:(?:are )?(?:there )?in|is|are|make(?: up)?|does) (?P<from>.{1,60})", re.IGNORECASE
)
_JOINTS = any_of(
    r"\s+(?:in|to|into|as|is how many|equals how many|are how many|=)(?=\s)",
    r"\s*(?:换算成|换算为|换成|转换成|转换为|转成|转为|折合成?|[是等合有]于?(?:多少|几)个?|(?:是|等于|合)?多少|等于|=|->|→|到|成|合)\s*",
)
_FEET = re.compile(
    r"(?P<feet>[0-9]{1,3}) ?(?:'|ft|foot|feet|英尺) ?(?P<inches>[0-9]{1,2}(?:\.[0-9]{1,3})?) ?(?:\"|''|in|"
    r"inch|inches|英寸)?",
    re.IGNORECASE,
)


def convert(asked: Asked) -> Answer | None:
    """The answer to how much something is in another unit; None where that is not asked."""
    if not asked.is_short:
        return None
    text = asked.plain
    if found := _HOW_MANY.fullmatch(text):
        return _converted(asked, found["from"], found["to"])
    if lead := _ASKS.match(text):
        text = text[lead.end() :]
    for joint in _JOINTS.finditer(text):
        if answer := _converted(asked, text[: joint.start()], text[joint.end() :]):
            return answer
    return None


def _converted(asked: Asked, source: str, target: str) -> Answer | None:
    wanted = target.strip()
    if trailing := re.search(r"(?:是多少|等于多少|多少)\Z", wanted):
        wanted = wanted[: trailing.start()]
    if feet := _FEET.fullmatch(source.strip()):
        foot, inch = _called("ft")[0], _called("in")[0]
        value = Fraction(feet["feet"]) + Fraction(feet["inches"]) * inch.size / foot.size
        return _answer(asked, value, [foot], _called(wanted), f"{feet['feet']}′{feet['inches']}″")
    amount = _AMOUNT.match(source)
    if amount is None or (count := _count(amount["n"])) is None:
        return None
    name = source[amount.end() :].strip()
    if _MONEY.fullmatch(name) and _MONEY.fullmatch(wanted):
        return Answer(
            asked.say(
                "I look nothing up, so I do not know exchange rates. Tell me the rate, and I calculate: 100 * 7.1.",
                "我不联网，不知道汇率。告诉我汇率，我可以帮你算，比如：100*7.1。",
            ),
            "unit",
        )
    return _answer(asked, count, _called(name), _called(wanted)) or _last_sign(asked, amount["n"], name, wanted)


def _last_sign(asked: Asked, said: str, name: str, wanted: str) -> Answer | None:
    """三两 is read as a number of two signs first: here 三 of the unit 两."""
    if name or not said.endswith("两") or (count := _count(said[:-1])) is None:
        return None
    return _answer(asked, count, _called("两"), _called(wanted))


def _count(text: str) -> Fraction | None:
    text = text.replace(",", "").lower()
    if text in ("a", "an"):
        return Fraction(1)
    if text in ("半", "half a", "half an"):
        return Fraction(1, 2)
    if text[-1] in "万亿" and text[0] in "+-0123456789":
        return Fraction(text[:-1]) * (10**4 if text[-1] == "万" else 10**8)
    if text[0] in "+-0123456789":
        return Fraction(text)
    value = number(text)
    return None if value is None else Fraction(value)


def _called(name: str) -> list[Unit]:
    name = name.strip().removeprefix("个")
    return _UNITS.get(name) or _LOWER.get(name.lower(), [])


def _answer(
    asked: Asked, value: Fraction, sources: list[Unit], targets: list[Unit], said: str | None = None
) -> Answer | None:
    pair = next(((one, other) for one in sources for other in targets if one.kind == other.kind), None)
    if pair is None:
        return _unlike(asked, sources, targets)
    source, target = pair
    if source.kind == "temperature":
        kelvin = value * source.size + source.shift
        if kelvin < 0:
            return Answer(asked.say("Nothing is colder than −273.15 °C.", "没有比 −273.15℃ 更低的温度。"), "unit")
        found = (kelvin - target.shift) / target.size
    elif value < 0:
        return None
    else:
        found = value * source.size / target.size
    shown, is_exact = written(found, DIGITS)
    sign = "=" if is_exact else "≈"
    said = said or f"{written(value)[0]} {_name(asked, source, value)}"
    return Answer(f"{said} {sign} **{shown} {_name(asked, target, found)}**", "unit")


def _unlike(asked: Asked, sources: list[Unit], targets: list[Unit]) -> Answer | None:
    if not sources or not targets:
        return None
    one, other = sources[0], targets[0]
    return Answer(
        asked.say(
            f"{one.en} and {other.en} do not measure the same thing ({one.kind}, {other.kind}).",
            f"{one.zh}和{other.zh}衡量的不是同一种东西，没法换算。",
        ),
        "unit",
    )


def _name(asked: Asked, unit: Unit, value: Fraction) -> str:
    if asked.language == "zh":
        return unit.zh
    # Short signs have no plural; 3 letters may be one of them.
    return unit.en[:-1] if value == 1 and unit.en.endswith("s") and len(unit.en) > 3 else unit.en
