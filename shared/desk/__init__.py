"""Decisions of the desk on their way into the reports topic: from the command line, and from the API."""
