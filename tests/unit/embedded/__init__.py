"""Unit tests of the embedded servers: what needs no server."""
