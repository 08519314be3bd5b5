"""The door out: what the server tells others, and fetches from them, fed by the durable outbox."""
