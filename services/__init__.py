"""The services of Tocsin; they meet only in Kafka topics and never import one another."""
