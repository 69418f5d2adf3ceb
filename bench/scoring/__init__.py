"""Figures of reading and linking on labelled streams; pure, so that a test can hold them against worked examples."""
