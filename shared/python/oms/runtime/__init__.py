"""The Lambda edge: how an HTTP request, a workflow task, a queue message or a stream record becomes a call."""
