"""The outside world, one library a module: HTTP, PostgreSQL, Kafka, the feed parser and the processes it runs in."""
