"""Kafka for everything but the stream framework: connection options, publishing with acknowledgement, consuming, topics, dead letters.

Only this package imports the Kafka client (house style, rule 4).
"""
