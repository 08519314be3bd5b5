"""What time it is elsewhere: cities and countries in both languages, time zones by name, and distances from UTC."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo

from webchat.robot.asking import zone_called

# A country of several zones goes by its capital, or is left out.
_PLACES = """
Asia/Shanghai: china beijing shanghai shenzhen guangzhou hangzhou chengdu wuhan nanjing xi'an chongqing tianjin
Asia/Shanghai: 中国 北京 上海 深圳 广州 杭州 成都 武汉 南京 西安 重庆 天津 苏州 厦门
Asia/Hong_Kong: hong_kong 香港
Asia/Macau: macau macao 澳门
Asia/Taipei: taiwan taipei 台湾 台北
Asia/Tokyo: japan tokyo osaka kyoto 日本 东京 大阪 京都
Asia/Seoul: korea south_korea seoul 韩国 首尔
Asia/Pyongyang: north_korea pyongyang 朝鲜 平壤
Asia/Singapore: singapore 新加坡
Asia/Kuala_Lumpur: malaysia kuala_lumpur 马来西亚 吉隆坡
Asia/Bangkok: thailand bangkok 泰国 曼谷
Asia/Ho_Chi_Minh: vietnam hanoi ho_chi_minh_city saigon 越南 河内 胡志明市
Asia/Jakarta: jakarta 雅加达
Asia/Manila: philippines manila 菲律宾 马尼拉
Asia/Kolkata: india delhi new_delhi mumbai bangalore kolkata 印度 德里 新德里 孟买 班加罗尔
Asia/Karachi: pakistan karachi islamabad 巴基斯坦 卡拉奇 伊斯兰堡
Asia/Dhaka: bangladesh dhaka 孟加拉国 达卡
Asia/Kathmandu: nepal kathmandu 尼泊尔 加德满都
Asia/Ulaanbaatar: ulaanbaatar 乌兰巴托
Asia/Dubai: uae dubai abu_dhabi 阿联酋 迪拜 阿布扎比
Asia/Riyadh: saudi_arabia riyadh 沙特 沙特阿拉伯 利雅得
Asia/Tehran: iran tehran 伊朗 德黑兰
Asia/Jerusalem: israel jerusalem tel_aviv 以色列 耶路撒冷 特拉维夫
Europe/Istanbul: turkey istanbul ankara 土耳其 伊斯坦布尔 安卡拉
Europe/Moscow: moscow 莫斯科
Europe/Kyiv: ukraine kyiv kiev 乌克兰 基辅
Europe/London: uk england britain united_kingdom london scotland edinburgh 英国 英格兰 伦敦 苏格兰 爱丁堡
Europe/Dublin: ireland dublin 爱尔兰 都柏林
Europe/Paris: france paris lyon 法国 巴黎 里昂
Europe/Berlin: germany berlin munich hamburg frankfurt cologne 德国 柏林 慕尼黑 汉堡 法兰克福 科隆
Europe/Madrid: spain madrid barcelona 西班牙 马德里 巴塞罗那
Europe/Lisbon: portugal lisbon 葡萄牙 里斯本
Europe/Rome: italy rome milan venice 意大利 罗马 米兰 威尼斯
Europe/Amsterdam: netherlands holland amsterdam 荷兰 阿姆斯特丹
Europe/Brussels: belgium brussels 比利时 布鲁塞尔
Europe/Zurich: switzerland zurich geneva bern 瑞士 苏黎世 日内瓦 伯尔尼
Europe/Vienna: austria vienna 奥地利 维也纳
Europe/Prague: czechia prague 捷克 布拉格
Europe/Warsaw: poland warsaw 波兰 华沙
Europe/Budapest: hungary budapest 匈牙利 布达佩斯
Europe/Athens: greece athens 希腊 雅典
Europe/Stockholm: sweden stockholm 瑞典 斯德哥尔摩
Europe/Oslo: norway oslo 挪威 奥斯陆
Europe/Copenhagen: denmark copenhagen 丹麦 哥本哈根
Europe/Helsinki: finland helsinki 芬兰 赫尔辛基
Atlantic/Reykjavik: iceland reykjavik 冰岛 雷克雅未克
Africa/Cairo: egypt cairo 埃及 开罗
Africa/Lagos: nigeria lagos 尼日利亚 拉各斯
Africa/Nairobi: kenya nairobi 肯尼亚 内罗毕
Africa/Johannesburg: south_africa johannesburg cape_town 南非 约翰内斯堡 开普敦
America/New_York: new_york nyc boston washington miami atlanta 纽约 波士顿 华盛顿 迈阿密 亚特兰大 eastern_time
America/New_York: 美东 美国东部
America/Chicago: chicago dallas houston austin 芝加哥 达拉斯 休斯敦 奥斯汀 central_time
America/Denver: denver 丹佛 mountain_time
America/Los_Angeles: los_angeles la california san_francisco seattle las_vegas san_diego 洛杉矶 加州 旧金山
America/Los_Angeles: 西雅图 拉斯维加斯 pacific_time 美西 美国西部 硅谷
America/Anchorage: alaska anchorage 阿拉斯加
Pacific/Honolulu: hawaii honolulu 夏威夷 檀香山
America/Toronto: toronto montreal ottawa 多伦多 蒙特利尔 渥太华
America/Vancouver: vancouver 温哥华
America/Mexico_City: mexico_city 墨西哥城
America/Sao_Paulo: sao_paulo rio rio_de_janeiro brasilia 圣保罗 里约 里约热内卢 巴西利亚
America/Argentina/Buenos_Aires: argentina buenos_aires 阿根廷 布宜诺斯艾利斯
America/Santiago: santiago 圣地亚哥
America/Bogota: colombia bogota 哥伦比亚 波哥大
America/Lima: peru lima 秘鲁 利马
Australia/Sydney: sydney melbourne canberra 悉尼 墨尔本 堪培拉
Australia/Brisbane: brisbane 布里斯班
Australia/Perth: perth 珀斯
Pacific/Auckland: new_zealand auckland wellington 新西兰 奥克兰 惠灵顿
UTC: utc gmt greenwich 格林尼治 世界时
"""
ZONES = {
    name.replace("_", " "): zone
    for line in _PLACES.strip().splitlines()
    for zone, _, names in [line.partition(": ")]
    for name in names.split()
}
_USA = (("New York", "纽约"), ("Chicago", "芝加哥"), ("Denver", "丹佛"), ("Los Angeles", "洛杉矶"))
_CANADA = (("Toronto", "多伦多"), ("Vancouver", "温哥华"))
_AUSTRALIA = (("Perth", "珀斯"), ("Brisbane", "布里斯班"), ("Sydney", "悉尼"))
SEVERAL = {
    name: towns
    for names, towns in (
        (("us", "usa", "united states", "america", "美国"), _USA),
        (("canada", "加拿大"), _CANADA),
        (("australia", "澳大利亚", "澳洲"), _AUSTRALIA),
    )
    for name in names
}
"""Countries of several zones: towns to ask for instead."""

_DISTANCE = re.compile(r"(?:utc|gmt) ?([+-]) ?([0-9]{1,2})(?::?([0-9]{2}))?", re.IGNORECASE)
_AREA = re.compile(
    r"(africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific)/[a-z_/+-]{2,40}", re.IGNORECASE
)


def place(text: str) -> tzinfo | None:
    """The time zone of the place that *text* names: `Tokyo`, `东京`, `Asia/Tokyo`, `UTC+9`; None if it is unknown."""
    text = text.strip().lower().removeprefix("the ")
    if zone := ZONES.get(text):
        return UTC if zone == "UTC" else zone_called(zone)
    if found := _DISTANCE.fullmatch(text):
        distance = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(distance if found[1] == "+" else -distance) if distance <= timedelta(hours=14) else None
    if _AREA.fullmatch(text):
        # The names of the database are case-sensitive where its files are.
        return zone_called(
            "/".join("_".join(word.capitalize() for word in part.split("_")) for part in text.split("/"))
        )
    return None
