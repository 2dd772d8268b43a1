"""Messages on their way out: sealed in the outbox, opened only while sending."""
