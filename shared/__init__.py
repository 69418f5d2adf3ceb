"""What two or more services need: messages, settings, logging, health, Kafka, Postgres, geography, embedded servers."""
