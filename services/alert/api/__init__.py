"""What subscribers and the desk read: the incident list as a page that needs no script, and as JSON."""
