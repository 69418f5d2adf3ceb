"""The classify service: items in, incident changes out. ``read/`` and ``link/`` are pure; ``app.py`` hosts them in the stream framework."""
