"""Documents that are made from the code: the OpenAPI document and the JSON Schema of every event."""
