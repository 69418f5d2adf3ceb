"""One module a library: Postgres, HTTP, SMTP, gazetteer."""
