"""The operations of the HTTP API: a request becomes a command, a result becomes an answer or a problem."""
