"""The ``tocsin`` command: one composition root that knows every service; no service knows it."""
