"""Units turned into each other."""

from __future__ import annotations

from tests.robot.scene import Asking, asked
from webchat.robot.units import convert

ROWS = (
    ("10 km in miles", "10 km ≈ **6.21371 mi**"),
    ("convert 3 miles to km", "3 mi = **4.828032 km**"),
    ("how many cm in an inch?", "1 in = **2.54 cm**"),
    ("how many feet are there in a mile", "1 mi = **5280 ft**"),
    ("what is 5 kg in pounds", "5 kg ≈ **11.0231 lb**"),
    ("how much is 2 lbs in grams", "2 lb = **907.18474 g**"),
    ("5'10\" in cm", "5′10″ = **177.8 cm**"),
    ("6 ft 2 to cm", "6′2″ = **187.96 cm**"),
    ("10 in in cm", "10 in = **25.4 cm**"),
    ("1.5 l to ml", "1.5 l = **1500 ml**"),
    ("2 cups to ml", "2 US cups = **473.176473 ml**"),
    ("100 km/h in mph", "100 km/h ≈ **62.1371 mph**"),
    ("60 mph to km/h", "60 mph = **96.56064 km/h**"),
    ("1 GB to MB", "1 GB = **1000 MB**"),
    ("1 GiB in MiB", "1 GiB = **1024 MiB**"),
    ("100 Mbit in MB", "100 Mbit = **12.5 MB**"),
    ("90 minutes in hours", "90 min = **1.5 h**"),
    ("1 week in hours", "1 week = **168 h**"),
    ("2 acres to hectares", "2 acres = **0.80937128448 ha**"),
    ("100 sqft in m2", "100 ft² = **9.290304 m²**"),
    ("32 F to C", "32 °F = **0 °C**"),
    ("37 °C to Fahrenheit", "37 °C = **98.6 °F**"),
    ("-40 c to f", "-40 °C = **-40 °F**"),
    ("300 K in celsius", "300 K = **26.85 °C**"),
    ("-300 c to k", "Nothing is colder than −273.15 °C."),
    ("500 kcal in kJ", "500 kcal = **2092 kJ**"),
    ("1 light year in km", "1 light year = **9,460,730,472,580.8 km**"),
    ("3英里是多少公里", "3 英里 = **4.828032 公里**"),
    ("5斤是多少公斤", "5 斤 = **2.5 公斤**"),
    ("三两是多少克", "3 两 = **150 克**"),
    ("一斤等于多少两", "1 斤 = **10 两**"),
    ("一里是多少米", "1 里 = **500 米**"),
    ("三尺是多少厘米", "3 尺 = **100 厘米**"),
    ("一亩多少平方米", "1 亩 ≈ **666.667 平方米**"),
    ("10公顷等于多少亩", "10 公顷 = **150 亩**"),
    ("100华氏度等于多少摄氏度", "100 ℉ ≈ **37.7778 ℃**"),
    ("37度是多少华氏度", "37 ℃ = **98.6 ℉**"),
    ("2.5升换成毫升", "2.5 升 = **2500 毫升**"),
    ("一英尺等于几厘米", "1 英尺 = **30.48 厘米**"),
    ("半公斤是多少克", "0.5 公斤 = **500 克**"),
    ("1万米是多少公里", "10,000 米 = **10 公里**"),
    ("120公里/小时是多少米/秒", "120 公里/小时 ≈ **33.3333 米/秒**"),
    ("3 kg to metres", "kg and m do not measure the same thing (mass, length)."),
    (
        "100 dollars in yuan",
        "I look nothing up, so I do not know exchange rates. Tell me the rate, and I calculate: 100 * 7.1.",
    ),
    ("100美元是多少人民币", "我不联网，不知道汇率。告诉我汇率，我可以帮你算，比如：100*7.1。"),
    ("how many minutes in a day", "1 day = **1440 min**"),
    ("how many seconds are in an hour", "1 h = **3600 s**"),
    ("how many grams in a pound", "1 lb = **453.59237 g**"),
    ("一公里等于多少米", "1 公里 = **1000 米**"),
    ("一英寸多少厘米", "1 英寸 = **2.54 厘米**"),
    ("1米等于多少尺", "1 米 = **3 尺**"),
    ("1吨等于多少斤", "1 吨 = **2000 斤**"),
    ("1公顷多少亩", "1 公顷 = **15 亩**"),
    ("180cm等于多少英尺", "180 厘米 ≈ **5.90551 英尺**"),
    ("70 kg in lbs", "70 kg ≈ **154.324 lb**"),
    ("72°F in °C", "72 °F ≈ **22.2222 °C**"),
    ("25摄氏度是多少华氏度", "25 ℃ = **77 ℉**"),
    ("what is 98.6 fahrenheit in celsius", "98.6 °F = **37 °C**"),
    ("1MB是多少KB", "1 MB = **1000 kB**"),
    ("100mph是多少公里每小时", "100 英里/小时 = **160.9344 公里/小时**"),
    ("一小时多少秒", "1 小时 = **3600 秒**"),
    ("一天有多少小时", "1 天 = **24 小时**"),
    ("500g to oz", "500 g ≈ **17.637 oz**"),
    ("5 feet 10 inches in cm", "5′10″ = **177.8 cm**"),
)


class Units(Asking):
    def test_rows(self) -> None:
        """Units of every kind, in words and signs, Chinese ones included."""
        self.compare("unit", ROWS)

    def test_case(self) -> None:
        """Where capitals tell units apart they count, and elsewhere they do not."""
        self.assertEqual(self.answer("8 Mb in MB").text, "8 Mbit = **1 MB**")
        self.assertEqual(self.answer("8 mb in kb").text, "8 MB = **8000 kB**")
        self.assertEqual(self.answer("2 KG in G").text, "2 kg = **2000 g**")

    def test_cold(self) -> None:
        """Nothing is colder than the coldest; lengths are not negative."""
        self.assertIn("273.15", self.answer("-500 f in c").text)
        self.assertIsNone(convert(asked("-3 km to m")))

    def test_not_asked(self) -> None:
        """A quantity alone is no question."""
        for text in (
            "180 cm",
            "三斤",
            "10 km",
            "I ran 10 km in 50 minutes",
            "两个人",
            "5 apples to pears",
            "一里路",
            "km to m",
        ):
            self.assertIsNone(convert(asked(text)), text)
