"""PostgreSQL: connection pool and schema migrations. Only adapters of the services and this package import the driver."""
