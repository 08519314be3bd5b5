"""What the robot says to what it is asked: pure rules, in Chinese and English, that look nothing up anywhere."""
