"""One module per stack; `infra.app` puts them together."""
