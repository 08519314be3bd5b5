"""What tests share: fakes that pass the same suites as the real things, and the real things where they are needed."""
